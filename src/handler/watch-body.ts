import type { Outgoing } from '../http/outgoing.ts'

type Body = NonNullable<Outgoing['body']>

/** The same body; what fails while it is being read is told to `onFailure` too. */
export function watchBody(body: Body, onFailure: (error: unknown) => void): Body {
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  return {
    // By hand: a generator that nobody begins would not close what it reads from.
    [Symbol.asyncIterator]() {
      const iterator = body[Symbol.asyncIterator]()
      return {
        async next() {
          try {
            return await iterator.next()
          } catch (error) {
            onFailure(error)
            throw error
          }
        },
        async return() {
          await iterator.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
