import { isFillingBody } from '../http/filling-body.ts'
import type { FillingBody } from '../http/filling-body.ts'
import type { Outgoing } from '../http/outgoing.ts'

type Body = NonNullable<Outgoing['body']>

/** The same body. If it fails while it is read, `onFailure` gets the error too. */
export function watchBody(body: Body, onFailure: (error: unknown) => void): Body {
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  const watch = async <Result>(step: Promise<Result>): Promise<Result> => {
    try {
      return await step
    } catch (error) {
      onFailure(error)
      throw error
    }
  }
  const watched: AsyncIterable<Uint8Array> = {
    // Not a generator: one that is never started would not close its source.
    [Symbol.asyncIterator]() {
      const iterator = body[Symbol.asyncIterator]()
      return {
        next: () => watch(iterator.next()),
        async return() {
          await iterator.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
  if (!isFillingBody(body)) return watched
  const filling: FillingBody = {
    ...watched,
    readInto: (buffer) => watch(body.readInto(buffer)),
    close: () => body.close(),
  }
  return filling
}
