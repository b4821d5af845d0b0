import { describe, expect, test } from 'vitest'
import { decodeFieldText, MultipartDecoder, parseBoundary } from '../../src/multipart.ts'
import type { DecoderEvents, PartHead } from '../../src/multipart.ts'
import { at, every, whole } from '../../src/multipart/testing/outcome.ts'
import type { Cut } from '../../src/multipart/testing/outcome.ts'
import { wireRequests } from './wire-request.ts'
import type { WirePart, WireRequest } from './wire-request.ts'

/** Reads a form as an application would: fields as text, files as bytes. */
function readForm({ contentType, fromBrowser }: WireRequest, body: Uint8Array, cut: Cut): WirePart[] {
  const parts: WirePart[] = []
  let head: PartHead | undefined
  let chunks: Uint8Array[] = []
  let formCharset: string | undefined
  const events: DecoderEvents = {
    begin(next) {
      head = next
      chunks = []
    },
    bytes: (chunk) => chunks.push(new Uint8Array(chunk)),
    end() {
      if (head === undefined) throw new Error('An end without a beginning')
      const bytes = Buffer.concat(chunks)
      const { name, filename, contentType: type } = head
      const start = {
        name,
        ...(filename === undefined ? {} : { filename }),
        ...(type === undefined ? {} : { contentType: type }),
      }
      if (filename !== undefined) {
        parts.push({ ...start, base64: bytes.toString('base64') })
        return
      }
      const text = decodeFieldText(bytes, head, formCharset)
      parts.push({ ...start, text })
      if (name === '_charset_') {
        formCharset = text
        decoder.useCharset(text)
      }
    },
  }
  const decoder = new MultipartDecoder(parseBoundary(contentType), events, { decodesPercent: fromBrowser !== true })
  for (const chunk of cut(body)) decoder.write(chunk)
  decoder.end()
  return parts
}

const requests = wireRequests()

test('there are requests of Chromium, curl and others', () => {
  const captured = requests.filter(({ request }) => request.client.endsWith(', captured'))
  expect(captured.length).toBeGreaterThan(12)
  expect(requests.length).toBeGreaterThan(captured.length + 5)
})

describe.each(requests)('$request.client: $name', ({ request, body }) => {
  test(request.about, () => {
    expect(readForm(request, body, whole)).toEqual(request.parts)
  })

  test('split at every byte, it is the same form', () => {
    const expected = JSON.stringify(request.parts.map(inOrder))
    for (let place = 0; place <= body.length; place += 1) {
      if (JSON.stringify(readForm(request, body, at(place)).map(inOrder)) === expected) continue
      throw new Error(`Another form when split at byte ${place}`)
    }
  })

  test('byte by byte, and in chunks of 2, 3, 7 and 64 bytes, it is the same form', () => {
    for (const size of [1, 2, 3, 7, 64]) {
      expect(readForm(request, body, every(size))).toEqual(request.parts)
    }
  })

  test('cut short anywhere, it is refused', () => {
    const boundary = parseBoundary(request.contentType)
    const last = `--${boundary}--`
    const end = Buffer.from(body).lastIndexOf(last) + last.length
    for (let size = 0; size < end; size += 1) {
      expect(() => readForm(request, body.subarray(0, size), whole)).toThrow(/^The body /)
    }
  })
})

/** The members in one order, so that two parts can be compared as text. */
function inOrder({ name, filename, contentType, text, base64 }: WirePart): unknown[] {
  return [name, filename, contentType, text, base64]
}
