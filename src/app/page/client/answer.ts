/** A stored file as the server describes it. */
export interface AnsweredFile {
  readonly filename: string
  readonly key: string
  readonly type: string
  /** Bytes. */
  readonly size: number
  readonly url: string
}

/** The outcome of an upload. */
export type Answer =
  | { readonly stored: readonly AnsweredFile[] }
  | {
      /** A sentence for a person. */
      readonly refused: string
      /** True if sending the same file again can help. */
      readonly retry: boolean
    }

/** Statuses after which the server may accept the same bytes (RFC 9110 section 15): a stall, or a server in trouble. */
function canRetry(status: number): boolean {
  return status === 0 || status === 408 || status >= 500
}

/**
 * Reads the server's answer; status 0 means that there was none. A person gets a sentence in every case, and never
 * JSON.
 */
export function readAnswer(status: number, body: unknown): Answer {
  if (status === 0) return { refused: 'The connection was cut before the file had arrived.', retry: true }
  if (status < 400) {
    const stored = member(body, 'files')
    if (Array.isArray(stored) && stored.length > 0 && stored.every(isAnsweredFile)) return { stored }
    return {
      refused: 'The server gave no clear answer. Reload the page to see whether the file arrived.',
      retry: false,
    }
  }
  const detail = member(body, 'detail')
  return {
    refused: typeof detail === 'string' ? detail : `The server did not take the file (status ${status}).`,
    retry: canRetry(status),
  }
}

function isAnsweredFile(value: unknown): value is AnsweredFile {
  return (
    ['filename', 'key', 'type', 'url'].every((name) => typeof member(value, name) === 'string') &&
    typeof member(value, 'size') === 'number'
  )
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
