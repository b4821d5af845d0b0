import type { Faults } from './faults.ts'

/** Fails, if it does, after its first chunk: when an answer has begun. */
export async function* failingStream(
  chunks: AsyncIterable<Uint8Array>,
  faults: Faults,
): AsyncGenerator<Uint8Array, void, undefined> {
  let isFirst = true
  for await (const chunk of chunks) {
    yield chunk
    if (isFirst) faults.meet('stream')
    isFirst = false
  }
}
