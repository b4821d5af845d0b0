import { readFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, platform } from 'node:os'
import { join } from 'node:path'
import { versions } from 'node:process'
import type { Growth } from '../growth/growth.ts'
import { growthReport } from '../growth/growth-report.ts'
import { areas } from '../measure/areas.ts'
import type { Run } from '../measure/run.ts'
import { areaReport } from './area-report.ts'

/** docs/benchmarks.md, from what was measured last. */
export function benchmarksPage(runs: readonly Run[], growths: readonly Growth[]): string {
  const sections = [
    `# Benchmarks

These tables show how fast Decant receives and serves files, next to libraries that people use today and to two bounds: a
raw pipe and nginx. \`npm run bench\` measures everything and writes this page. The figures hold for one machine. Compare
ratios of rows that ran in the same rounds; absolute figures say little.`,
    `## How it is measured

- Each server is a process of its own, and starts anew for every round. In a round, each server has one turn, in random
  order. The numbers are medians of the rounds, with their range in brackets. **If two ranges overlap, there is no
  proven difference.**
- "x" is a ratio within a round. "CPU" is user and system time of the server alone, without the warm-up. "Peak" is the
  highest memory use of its process.
- The client is written in C (\`bench/client/sender.c\`). It sends prepared bodies over keep-alive connections, reads every
  answer and checks its status. It shares the machine with the server and uses the loopback interface.
- Files go to memory (tmpfs) or to \`--folder\`, each under a new name. After each round, the bench checks the number and
  size of the stored files, and samples of their bytes. It compares whole downloads in the warm-up, and counts bytes
  afterwards.
- Decant is the build in \`dist/\` with its default policy: all limits and checks are on (extensions, real type). No server
  uses fsync. The other servers follow their own README (\`bench/rivals\`), with the same limits. Each answers 201 after
  its files are written.
- **Raw pipe** is \`request.pipe(createWriteStream(path))\` for a body that is the file itself: no form, no checks, no
  names.`,
    `## The machine

${machineList()}`,
    `## Uploads, end to end

${reportOf('upload', runs)}

The first table leaves out servers that keep whole files in memory: Remix' parser, Hono's \`parseBody\` and
\`formData()\`.`,
    `## The decoder alone

${reportOf('decode', runs)}`,
    `## Downloads

${reportOf('serve', runs)}`,
    `## Memory

The highest memory use of the process, for files of different sizes:

${reportOf('memory', runs)}`,
  ]
  if (growths.length > 0) sections.push(growthSection(growths))
  return `${sections.join('\n\n')}\n`
}

function reportOf(name: Run['area'], runs: readonly Run[]): string {
  return areas
    .filter((area) => area.name === name)
    .map((area) => areaReport(area, runs))
    .join('')
}

function growthSection(growths: readonly Growth[]): string {
  const told = growths.map((growth) => `${growthReport(growth)}\n\n![${growth.title}](growth/${growth.name}.svg)`)
  return `## How costs grow

\`npm run bench -- growth\` measures this, with limits that no request reaches. No cost may grow faster than its input.

${told.join('\n\n')}`
}

function machineList(): string {
  const [processor] = cpus()
  const of = `${processor?.model ?? 'an unknown processor'}, ${availableParallelism()} cores, ${platform()} on ${arch()}`
  return `- ${of}\n- Node ${versions.node}\n- ${packageVersions()}`
}

function packageVersions(): string {
  const path = join(import.meta.dirname, '..', 'rivals', 'package.json')
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(readFileSync(path, 'utf8'))
  return Object.entries(dependencies)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
}
