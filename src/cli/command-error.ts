/**
 * Why a command cannot go on: one line for the person that typed it.
 *
 * Exit codes: 2 for wrong arguments (options, values, DIR), 1 if the machine refuses (a port that is taken).
 */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2 = 2, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}
