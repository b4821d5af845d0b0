/**
 * Why a command cannot go on: one line for whoever typed it.
 *
 * Exit codes: 2 for what was typed (options, values, DIR), 1 for what the machine refuses (a port that is taken).
 */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2 = 2, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}
