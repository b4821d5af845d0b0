/**
 * Bytes as a Fetch stream. It takes a chunk from the source when the reader asks for one, and cancelling it closes the
 * source. Not every runtime has `ReadableStream.from`.
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
  // Read nothing ahead: an unread stream must not open its source.
  return new ReadableStream(stream, { highWaterMark: 0 })
}

/** Fetch bodies do not take shared memory, which is rare. */
function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return isUnshared(bytes) ? bytes : new Uint8Array(bytes)
}

function isUnshared(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer
}
