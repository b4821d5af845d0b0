import { basename } from 'node:path'
import { GROUP } from './mutation.ts'
import type { Mutation } from './mutation.ts'

/** The guards of a promise as its section in docs/promises.md lists them, with links from there. */
export function guardList(mutations: readonly Mutation[]): string {
  return mutations.map(toItem).join('\n')
}

function toItem({ guard, file, tests }: Mutation): string {
  const attacks = tests.map(([path, title]) => `[${escaped(title)}](../${path})`)
  return `- ${link(file)} ${guard}. Attacked by: ${attacks.join('; ')}.`
}

function link(file: string): string {
  return `[\`${basename(file)}\`](../${file})`
}

function escaped(title: string): string {
  return title.replaceAll(GROUP, ': ').replaceAll(/[[\]*_<>]/g, String.raw`\$&`)
}
