import { isUploadError } from '../../errors/upload-error.ts'
import { MultipartDecoder } from '../decoder.ts'
import type { DecoderOptions } from '../decoder.ts'
import type { PartHead } from '../part-head.ts'

/** Everything that the decoder reports of a body. */
export interface Outcome {
  readonly parts: { readonly head: PartHead; readonly bytes: Uint8Array; readonly isWhole: boolean }[]
  /** The code and details of the refusal, if there was one. */
  readonly refusal: { readonly code: string; readonly details: unknown } | undefined
}

export type Cut = (body: Uint8Array) => Iterable<Uint8Array>

/** The whole body in one chunk. */
export const whole: Cut = (body) => [body]

/** Chunks of `size` bytes. */
export function every(size: number): Cut {
  return function* chunks(body) {
    for (let from = 0; from < body.length; from += size) yield body.subarray(from, from + size)
  }
}

/** Cuts at these places, which need not be in order. */
export function at(...places: readonly number[]): Cut {
  return function* chunks(body) {
    let start = 0
    for (const place of [...places, body.length].toSorted((a, b) => a - b)) {
      yield body.subarray(start, place)
      start = Math.max(start, Math.min(place, body.length))
    }
  }
}

/**
 * Everything that the decoder reports of a body. Each chunk is a copy that is overwritten after the write, which shows
 * if a decoder keeps a view of it.
 */
export function outcomeOf(body: Uint8Array, boundary: string, cut: Cut = whole, options?: DecoderOptions): Outcome {
  const parts: { head: PartHead; chunks: Uint8Array[]; isWhole: boolean }[] = []
  const decoder = new MultipartDecoder(
    boundary,
    {
      begin: (head) => parts.push({ head, chunks: [], isWhole: false }),
      bytes(chunk) {
        const part = parts.at(-1)
        if (part === undefined || part.isWhole || chunk.length === 0) throw new Error('Bytes without a beginning')
        part.chunks.push(new Uint8Array(chunk))
      },
      end() {
        const part = parts.at(-1)
        if (part === undefined || part.isWhole) throw new Error('An end without a beginning')
        part.isWhole = true
      },
    },
    options,
  )
  let refusal: Outcome['refusal']
  try {
    for (const chunk of cut(body)) {
      const copy = new Uint8Array(chunk)
      decoder.write(copy)
      copy.fill(0x2d)
    }
    decoder.end()
  } catch (error) {
    // Every code: the outcome names it.
    if (!isUploadError(error)) throw error
    refusal = { code: error.code, details: error.details }
  }
  return { parts: parts.map(({ head, chunks, isWhole }) => ({ head, bytes: Buffer.concat(chunks), isWhole })), refusal }
}
