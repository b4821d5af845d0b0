/** clamd gave no verdict. The message is for the server's own log: it may name an address. */
export class ClamdError extends Error {
  override readonly name = 'ClamdError'
  /** It took the command, so that what failed may have failed because of the file. */
  readonly reached: boolean

  constructor(message: string, reached: boolean, options?: ErrorOptions) {
    super(message, options)
    this.reached = reached
  }
}
