import { stderr, stdout } from 'node:process'
import { styleText } from 'node:util'

type Style = 'bold' | 'dim' | 'yellow' | 'red'

/** What a person reads goes to stdout; what goes wrong, and warnings, to stderr, in one line each. */
export const terminal = {
  /** True where a person looks at stdout. */
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

// A reader that has gone (`decant serve | head -1`) is no reason to stop serving.
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

/** Colours only where a terminal has them and nobody asked for none (`NO_COLOR`), which `hasColors` knows. */
function paint(style: Style, text: string, stream: NodeJS.WriteStream): string {
  return stream.isTTY && stream.hasColors() ? styleText(style, text) : text
}

/** One line, without what a terminal would take for a command: a client's file name may be part of it. */
function line(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
}
