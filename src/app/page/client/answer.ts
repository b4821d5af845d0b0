/** A stored file as the server tells of it. */
export interface KeptFile {
  readonly filename: string
  readonly key: string
  readonly type: string
  /** Bytes. */
  readonly size: number
  readonly url: string
}

/** What became of an upload. */
export type Answer =
  | { readonly kept: readonly KeptFile[] }
  | {
      /** A sentence for a person. */
      readonly refused: string
      /** True where sending the same file again can help. */
      readonly retry: boolean
    }

/** Statuses after which the same bytes may be taken (RFC 9110 section 15): a stall, or a server in trouble. */
function canRetry(status: number): boolean {
  return status === 0 || status === 408 || status >= 500
}

/** Reads the server's answer; status 0 means that there was none. Whatever came, a person gets a sentence and no JSON. */
export function readAnswer(status: number, body: unknown): Answer {
  if (status === 0) return { refused: 'The connection was cut before the file had arrived.', retry: true }
  if (status < 400) {
    const kept = member(body, 'files')
    if (Array.isArray(kept) && kept.length > 0 && kept.every(isKeptFile)) return { kept }
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

function isKeptFile(value: unknown): value is KeptFile {
  return (
    ['filename', 'key', 'type', 'url'].every((name) => typeof member(value, name) === 'string') &&
    typeof member(value, 'size') === 'number'
  )
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
