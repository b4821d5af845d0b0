import { readFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, platform } from 'node:os'
import { join } from 'node:path'
import { versions } from 'node:process'
import type { Growth } from '../growth/growth.ts'
import { growthReport } from '../growth/growth-report.ts'
import { areas } from '../measure/areas.ts'
import type { Run } from '../measure/run.ts'
import { areaReport } from './area-report.ts'
import { targetsTable } from './targets-table.ts'

/** docs/benchmarks.md, from what was measured last. */
export function benchmarksPage(runs: readonly Run[], growths: readonly Growth[]): string {
  const sections = [
    `# Benchmarks

How fast Decant takes files in and gives them back, beside those that people use today, and beside bounds that say what there
is to win. \`npm run bench\` measures all of it, and writes this page; what it says holds for one machine, and only ratios of what
ran side by side mean much.`,
    `## How it is measured

- Each server runs in a process of its own, started anew for every round; in a round everybody comes once, in a shuffled order.
  The numbers are medians of the rounds, and what stands in brackets is their range: **where ranges overlap there is no
  difference**.
- "x" is a ratio within a round. "CPU" is that of the server alone, user and system, over the workload without its warm-up. "Peak"
  is the most memory that its process ever had.
- The client is written in C (\`bench/client/sender.c\`): ready-made bodies, keep-alive connections, every answer read and its status
  looked at. It shares the machine with the server, and the loopback.
- Files go to memory (tmpfs), or to \`--folder\`, under a new name each. After each round what was stored is looked at: how many
  files, of which sizes, and their bytes in samples. Downloads are compared byte for byte in the warm-up, and counted after.
- Decant is what \`dist/\` has, with its default policy, all limits and checks on (extensions, real type), and no fsync, as everybody.
  Rivals are wired as their own README does it (\`bench/rivals\`), with the same limits; each answers 201 when its files are written.
- **Raw pipe** is \`request.pipe(createWriteStream(path))\` of a body that is the file itself: no form, no checks, no names.`,
    `## The machine

${machineList()}`,
    `## Targets

${targetsTable(runs)}`,
    `## Uploads, end to end

${reportOf('upload', runs)}

Left out of the first: what keeps whole files in memory (Remix' parser, Hono's \`parseBody\`, \`formData()\`).`,
    `## The decoder alone

${reportOf('decode', runs)}`,
    `## Downloads

${reportOf('serve', runs)}`,
    `## Memory

The most that the process ever had, whatever the size of a file:

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

\`npm run bench -- growth\`, with limits that nothing meets. Nothing may grow faster than what it is given.

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
