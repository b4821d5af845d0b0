import { variableOf } from './option.ts'
import type { Option } from './option.ts'

/**
 * The help of the command.
 *
 * @param options those of `serve`, each of which is an environment variable too
 * @param others those that can only be typed
 */
export function helpText(options: readonly Option<unknown>[], others: readonly Option<unknown>[]): string {
  const rows = [...options, ...others].map((option) => ({ left: `  ${flagText(option)}`, right: aboutText(option) }))
  const width = Math.max(...rows.map(({ left }) => left.length)) + 2
  return [
    'decant serve [DIR]  takes files in over HTTP and keeps them in DIR (default ./uploads)',
    '',
    'Options',
    ...rows.map(({ left, right }) => left.padEnd(width) + right),
    '',
    'Sizes are 8MiB, 1GB, 512KB or bytes; times are 30s, 500ms, 2m or 1h.',
    'In the environment, which flags win over, the options are:',
    ...inLines(options.map(variableOf)),
    '',
    'Exit codes: 0 stopped by SIGTERM, 130 by Ctrl-C; 2 for an option, a value or a DIR',
    'that cannot be used; 1 where the machine refuses, such as a port that is taken.',
  ].join('\n')
}

function flagText({ short, flag, value }: Option<unknown>): string {
  return `${short === undefined ? '' : `-${short}, `}--${flag}${value === undefined ? '' : ` ${value}`}`
}

function aboutText({ about, preset }: Option<unknown>): string {
  return preset === undefined ? about : `${about} (default ${preset})`
}

/** Words in indented lines of at most 80 characters. */
function inLines(words: readonly string[]): string[] {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length >= 79) lines.push(`  ${word}`)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
