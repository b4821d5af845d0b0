import { variableOf } from './option.ts'
import type { Option } from './option.ts'

/** Characters of a line. */
const MAX_WIDTH = 100
/** Spaces between words; the default at the end is one. */
const BETWEEN_WORDS = / (?!\S+\)$)/

/**
 * The help of the command.
 *
 * @param options those of `serve`; each is also an environment variable
 * @param others those that can only be typed
 */
export function helpText(options: readonly Option<unknown>[], others: readonly Option<unknown>[]): string {
  const typed = [...options, ...others].filter(({ secret }) => secret !== true)
  const rows = typed.map((option) => ({ left: `  ${flagText(option)}`, right: aboutText(option) }))
  const width = Math.max(...rows.map(({ left }) => left.length)) + 2
  return [
    'decant serve [DIR]  receives files over HTTP and keeps them in DIR (default ./uploads)',
    '',
    'Options',
    ...rows.flatMap(({ left, right }) => {
      const [first = '', ...more] = inLines(right.split(BETWEEN_WORDS), MAX_WIDTH - width)
      return [left.padEnd(width) + first, ...more.map((line) => ' '.repeat(width) + line)]
    }),
    '',
    'Sizes are 8MiB, 1GB, 512KB or bytes; times are 30s, 500ms, 2m or 1h.',
    'Each option can also be set in the environment; a flag wins over it:',
    ...inLines(options.map(variableOf), MAX_WIDTH - 2).map((line) => `  ${line}`),
    '',
    'Exit codes: 0 stopped by SIGTERM, 130 by Ctrl-C; 2 for an option, a value or a DIR',
    'that cannot be used; 1 if the machine refuses, such as a port that is taken, or the bucket.',
  ].join('\n')
}

function flagText({ short, flag, value }: Option<unknown>): string {
  return `${short === undefined ? '' : `-${short}, `}--${flag}${value === undefined ? '' : ` ${value}`}`
}

function aboutText({ about, preset }: Option<unknown>): string {
  return preset === undefined ? about : `${about} (default ${preset})`
}

/** Words in lines of at most that many characters, unless a single word is longer. */
function inLines(words: readonly string[], width: number): string[] {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
