import { describe, expect, test } from 'vitest'
import { UploadError } from '../errors/upload-error.ts'
import { MultipartDecoder } from './decoder.ts'
import type { DecoderEvents } from './decoder.ts'

const FIELD = 'Content-Disposition: form-data; name="a"\r\n\r\n'
const IGNORE: DecoderEvents = { begin: () => undefined, bytes: () => undefined, end: () => undefined }

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

describe('the bytes of a part', () => {
  test('are handed out as views of the chunk, never as copies', () => {
    const chunk = new Uint8Array(bytes(`--XX\r\n${FIELD}hello\r\n--XX--`))
    const seen: Uint8Array[] = []
    new MultipartDecoder('XX', { ...IGNORE, bytes: (view) => seen.push(view) }).write(chunk)
    expect(seen.map((view) => view.buffer)).toEqual([chunk.buffer])
    expect(seen[0]?.buffer).toBe(chunk.buffer)
  })

  test('that were held back may be overwritten by the consumer', () => {
    const seen: string[] = []
    const decoder = new MultipartDecoder('XX', {
      ...IGNORE,
      bytes: (view) => {
        seen.push(Buffer.from(view).toString('latin1'))
        view.fill(0)
      },
      end: () => seen.push('end'),
    })
    decoder.write(bytes(`--XX\r\n${FIELD}\r\n--`))
    decoder.write(bytes('y\r\n--X'))
    decoder.write(bytes('y\r\n--XX--\r'))
    expect(seen).toEqual(['\r\n--', 'y', '\r\n--X', 'y', 'end'])
  })

  test('that look like a delimiter are not cut into pieces', () => {
    const content = `--XXY\r\n--XX-\n--XX--\tY\r--XX Y ${'x'.repeat(200)}\r\n--XX--Y`
    const sizes: number[] = []
    const decoder = new MultipartDecoder('XX', { ...IGNORE, bytes: (view) => sizes.push(view.length) })
    decoder.write(bytes(`--XX\r\n${FIELD}${content}\r\n--XX--`))
    expect(sizes).toEqual([content.length])
  })

  test('are whole when the decoder ends, if the last delimiter has no line end', () => {
    const seen: string[] = []
    const decoder = new MultipartDecoder('XX', { ...IGNORE, end: () => seen.push('whole') })
    decoder.write(bytes(`--XX\r\n${FIELD}x\r\n--XX-- `))
    expect(seen).toEqual([])
    decoder.end()
    expect(seen).toEqual(['whole'])
  })

  test('are kept for no more than one line that may be a delimiter: its padding is limited', () => {
    const decoder = new MultipartDecoder('XX', IGNORE, { maxPaddingSize: 1000 })
    decoder.write(bytes(`--XX\r\n${FIELD}x\r\n--XX`))
    for (let size = 0; size < 1000; size += 1) decoder.write(bytes(' '))
    expect(() => decoder.write(bytes(' '))).toThrow(UploadError)
  })

  test('are never an empty chunk, and an empty write does nothing', () => {
    const sizes: number[] = []
    const decoder = new MultipartDecoder('XX', { ...IGNORE, bytes: (view) => sizes.push(view.length) })
    for (const chunk of ['', `--XX\r\n${FIELD}`, '', 'x', '\r\n--', 'XX--', '']) decoder.write(bytes(chunk))
    decoder.end()
    expect(sizes).toEqual([1])
  })
})
