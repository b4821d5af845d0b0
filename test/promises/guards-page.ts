import { basename } from 'node:path'
import { GROUP } from './mutation.ts'
import type { GuardedPromise, Mutation } from './mutation.ts'

const TOP = `# Guards

<!-- Written by \`npm run mutate:list\`. -->

A guard is a piece of code that keeps one of the [promises](promises.md). The tests below each guard fail without it.
\`npm run mutate\` proves that: it removes one guard after the other, in a copy of the sources, and runs the tests.
\`npm run mutate -- 3 11\` does so for two promises.`

/** docs/guards.md: the guards of each promise, and the tests that fail if one is removed. */
export function guardsPage(promises: readonly GuardedPromise[]): string {
  const sections = promises.map(
    ({ heading, mutations }, index) => `## ${index + 1}. ${heading}\n\n${mutations.map(toItem).join('\n')}`,
  )
  return `${[TOP, ...sections].join('\n\n')}\n`
}

function toItem({ guard, file, tests }: Mutation): string {
  const attacks = tests.map(([path, title]) => `  - [${escaped(title)}](../${path})`)
  return [`- [\`${basename(file)}\`](../${file}) ${guard}`, ...attacks].join('\n')
}

function escaped(title: string): string {
  return title.replaceAll(GROUP, ': ').replaceAll(/[[\]*_<>]/g, String.raw`\$&`)
}
