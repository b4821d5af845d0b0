import type { Outgoing } from './outgoing.ts'

export interface TextAnswer {
  readonly status: number
  /** The Content-Type. */
  readonly type: string
  readonly text: string
  /** Of the request: the answer to HEAD has no content. */
  readonly method: string
  /** Beside those that every such answer has. */
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer that was made for this request alone: never cached, and of no other type than it says. */
export function textOutgoing({ status, type, text, method, headers }: TextAnswer): Outgoing {
  const body = new TextEncoder().encode(text)
  return {
    status,
    headers: {
      'content-type': type,
      'content-length': String(body.byteLength),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    ...(method === 'HEAD' ? {} : { body }),
  }
}
