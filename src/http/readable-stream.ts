/**
 * Bytes as a Fetch stream: one chunk is asked for when the reader wants one, and cancelling closes the source. (Not
 * `ReadableStream.from`, which not every runtime has.)
 */
export function toReadableStream(source: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = source[Symbol.asyncIterator]()
  const stream: UnderlyingDefaultSource<Uint8Array<ArrayBuffer>> = {
    async pull(controller) {
      const result = await iterator.next()
      if (result.done === true) controller.close()
      else controller.enqueue(unshared(result.value))
    },
    async cancel() {
      await iterator.return?.()
    },
  }
  // Nothing is read ahead: a stream that nobody reads opens nothing.
  return new ReadableStream(stream, { highWaterMark: 0 })
}

/** Fetch bodies take no shared memory; hardly anybody has any. */
function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return isUnshared(bytes) ? bytes : new Uint8Array(bytes)
}

function isUnshared(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer
}
