/** clamd gave no verdict. The message is for the server's own log: it may name an address. */
export class ClamdError extends Error {
  override readonly name = 'ClamdError'
  /** It had accepted the command, so the file may be the cause of the failure. */
  readonly reached: boolean

  constructor(message: string, reached: boolean, options?: ErrorOptions) {
    super(message, options)
    this.reached = reached
  }
}
