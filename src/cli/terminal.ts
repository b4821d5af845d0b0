import { stderr, stdout } from 'node:process'
import { styleText } from 'node:util'

type Style = 'bold' | 'dim' | 'yellow' | 'red'

/** Lines for a person go to stdout; failures and warnings to stderr, in one line each. */
export const terminal = {
  /** True if stdout is a terminal. */
  get isWatched(): boolean {
    return stdout.isTTY
  },
  print: (text: string): void => {
    stdout.write(`${text}\n`)
  },
  warn: (text: string): void => {
    stderr.write(`${paint('yellow', 'warning:', stderr)} ${line(text)}\n`)
  },
  fail: (text: string): void => {
    stderr.write(`${paint('red', 'decant:', stderr)} ${line(text)}\n`)
  },
  bold: (text: string): string => paint('bold', text, stdout),
  dim: (text: string): string => paint('dim', text, stdout),
} as const

// The reader may have gone (`decant serve | head -1`). The server goes on.
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

/** Colours only if the terminal has them and `NO_COLOR` is not set, as `hasColors` says. */
function paint(style: Style, text: string, stream: NodeJS.WriteStream): string {
  return stream.isTTY && stream.hasColors() ? styleText(style, text) : text
}

/** One line, without characters that a terminal would obey: a client's file name may be part of it. */
function line(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
}
