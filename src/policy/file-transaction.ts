/**
 * The transaction in which files become visible. Its object is given to a handler that runs before they are visible.
 */
export interface FileTransaction {
  /** Unique. A row that holds it proves that the files were handled. `recover` of the storage gets it too. */
  readonly id: string
  /** Aborts when the client has gone. The handler is waited for in any case, because it may have written its row. */
  readonly signal: AbortSignal
}
