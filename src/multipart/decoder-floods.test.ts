import { expect, test } from 'vitest'
import { MultipartDecoder } from './decoder.ts'
import type { DecoderEvents } from './decoder.ts'
import { every, outcomeOf, whole } from './testing/outcome.ts'

const FIELD = 'Content-Disposition: form-data; name="a"\r\n\r\n'
const IGNORE: DecoderEvents = { begin: () => undefined, bytes: () => undefined, end: () => undefined }

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

test('the work is linear: each byte is read a few times at most, also in beginnings of a delimiter', () => {
  // Counts what is read, since time would depend on the machine.
  const count = (text: string, boundary: string, before: string = `--${boundary}\r\n${FIELD}x`): number => {
    let reads = 0
    const target = bytes(text)
    const chunk = new Proxy(target, {
      get(array, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1
        const value: unknown = Reflect.get(array, key, array)
        return typeof value === 'function' ? value.bind(array) : value
      },
    })
    const decoder = new MultipartDecoder(boundary, IGNORE, { maxPaddingSize: Infinity })
    decoder.write(bytes(before))
    decoder.write(chunk)
    return reads / text.length
  }
  for (const boundary of ['-'.repeat(256), '-'.repeat(70), '*****', '-']) {
    expect(count('-'.repeat(20_000), boundary)).toBeLessThan(3)
    for (const lineEnd of ['\r\n', '\r', '\n', 'x']) {
      expect(count(`${lineEnd}--${boundary}-x`.repeat(300), boundary)).toBeLessThan(8)
      expect(count(`${lineEnd}--${boundary}x`.repeat(300), boundary)).toBeLessThan(8)
      expect(count(`${lineEnd}--${boundary}${' '.repeat(500)}x`.repeat(30), boundary)).toBeLessThan(8)
    }
    expect(count('\n'.repeat(20_000), boundary)).toBeLessThan(4)
    expect(count('\n-'.repeat(10_000), boundary)).toBeLessThan(4)
    expect(count(`--${boundary}`.slice(0, -1).concat('\n').repeat(300), boundary, 'x')).toBeLessThan(4)
    expect(count(`--${boundary}`.slice(0, -1).concat('\n').repeat(300), boundary, `--${boundary}--\n`)).toBeLessThan(8)
    expect(count(`\r\n${'-'.repeat(boundary.length + 1)}`.repeat(300), boundary)).toBeLessThan(3)
    expect(count('\r\n-_'.repeat(5000), boundary)).toBeLessThan(3)
    expect(count('\r'.repeat(20_000), boundary)).toBeLessThan(3)
  }
})

test.each([
  '-',
  'abcd',
  '*****',
  'AaB03x',
  '----WebKitFormBoundary7MA4YWxkTrZu0gW',
  `${'-'.repeat(69)}x`,
  'ab'.repeat(128),
])('bytes that hold the search up hide no delimiter and make none: boundary %s', (boundary) => {
  const delimiter = `\r\n--${boundary}`
  const last = delimiter.slice(-1)
  const floods = [
    last,
    `\n--${boundary}-_`,
    `\r\n--${boundary} _`,
    `\r--${boundary}--\t_`,
    `\n--${boundary}`.slice(0, -1),
    '-',
    '\r',
    `\r${'-'.repeat(199)}`,
    `${delimiter.slice(0, -2)}_${last}`,
    `${delimiter.slice(0, 3)}_${delimiter.slice(4)}`,
    `_${delimiter.slice(1)}`,
  ]
  for (const flood of floods) {
    // Of several lengths, so that the delimiter after it is at any place.
    for (const size of [600, 1999, 3001, 3002, 3003]) {
      const content = `_${flood.repeat(Math.ceil(size / flood.length)).slice(0, size)}_`
      const part = `--${boundary}\r\n${FIELD}${content}\r\n`
      const body = bytes(`${part}${part}--${boundary}--\r\n`)
      for (const cut of [whole, every(997)]) {
        const { parts, refusal } = outcomeOf(body, boundary, cut)
        expect(refusal).toBeUndefined()
        expect(parts.map((each) => Buffer.from(each.bytes).toString('latin1'))).toEqual([content, content])
      }
    }
  }
})
