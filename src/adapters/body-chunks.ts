/** The most bytes of one write: few enough to be sent in a moment. */
export const PIECE: number = 65_536

/** The content of an answer in pieces. The time that each one takes shows whether the client still reads. */
export function bodyChunks(
  body: string | Uint8Array | AsyncIterable<Uint8Array>,
): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (typeof body === 'string') return piecesOf(new TextEncoder().encode(body))
  return body instanceof Uint8Array ? piecesOf(body) : body
}

/** Cuts bytes into pieces, without copying them. */
export function* piecesOf(body: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let start = 0; start < body.length; start += PIECE) yield body.subarray(start, start + PIECE)
}
