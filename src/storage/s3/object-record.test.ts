import { describe, expect, test } from 'vitest'
import type { FileRecord } from '../storage-entry.ts'
import { newTimedId, timedFolder } from '../timed-id.ts'
import { hasRecordObject, newFileTime, toFoundEntry, toListedEntry, toNewEntry, toObjectHead } from './object-record.ts'

const ETAG = { etag: '"0f00"', lastModified: new Date(5000) }

const NAMES = [
  'photo.jpg',
  'Änderung "1".TXT',
  '写真 1.jpg',
  'صورة.png',
  '👩‍👩‍👧.png',
  'a  b\t c.txt',
  'line\r\nx-amz-meta-evil: 1',
  '\ud800',
  '\u0000\u007f\u0080',
  '%41%',
  '',
]

describe('the record of a file in a bucket', () => {
  test.each(NAMES)(
    'is found again with the name %j, by headers of printable ASCII without spaces',
    async (filename) => {
      const record: FileRecord = { filename, type: 'text/plain', digest: 'sha-256=:AAAA:' }
      const file = { key: 'a', draft: 'd1', size: 3, storedAt: 1000, record }
      const { head, record: text } = toObjectHead(file)
      expect(text).toBeUndefined()
      for (const value of Object.values(head.metadata)) expect(value).toMatch(/^[!-~]+$/)
      const entry = await toFoundEntry('a', { size: 3, ...ETAG, metadata: head.metadata }, async () => undefined)
      expect(entry).toEqual(toNewEntry(file))
      expect(entry.record).toEqual(record)
    },
  )

  test('is an object of its own if it does not fit into 2 KB of metadata', async () => {
    const record = { filename: 'ä'.repeat(1000), type: 'text/plain' }
    const { head, record: text } = toObjectHead({ key: 'a', draft: 'd1', storedAt: 1000, record })
    const length = Object.entries(head.metadata).flat().join('').length
    expect(length).toBeLessThan(2048)
    const object = { size: 3, ...ETAG, metadata: head.metadata }
    expect(hasRecordObject(object)).toBe(true)
    expect((await toFoundEntry('a', object, async () => text)).record).toEqual(record)
  })

  test('has at most 2 KB of metadata, whatever its length', () => {
    for (let length = 1; length < 3000; length += 7) {
      const { head } = toObjectHead({
        key: 'a',
        draft: 'd'.repeat(32),
        storedAt: 2 ** 43,
        record: { filename: 'a'.repeat(length), type: 'text/plain' },
      })
      expect(Object.entries(head.metadata).flat().join('').length).toBeLessThan(2048)
    }
  })

  test('is absent if another program has written the object', async () => {
    for (const metadata of [{}, { 'decant-record': 'no JSON' }, { 'decant-record': '{"filename":1}' }]) {
      const entry = await toFoundEntry('a', { size: 3, ...ETAG, metadata }, async () => undefined)
      expect(entry).toEqual({ key: 'a', size: 3, storedAt: new Date(5000), version: 'e-0f00' })
    }
  })
})

describe('the entry of a file with a timed id', () => {
  const id = newTimedId(1_700_000_000_000)

  test('is told by a list alone, unless its id says that there is a record', () => {
    const key = `ann/${id}/a.txt`
    const expected = { key, size: 3, storedAt: new Date(1_700_000_000_000), version: id }
    expect(toListedEntry(key, 3)).toEqual(expected)
    expect(toNewEntry({ key, draft: 'd1', size: 3, storedAt: newFileTime(key), record: undefined })).toEqual(expected)
    expect(toListedEntry(`${timedFolder(id, true)}/a.txt`, 3)).toBeUndefined()
    expect(toListedEntry('a.txt', 3)).toBeUndefined()
  })
})

describe('an object that a client gets without the server', () => {
  test.each([
    ['a.html', 'text/html', 'attachment'],
    ['a.svg', 'image/svg+xml', 'attachment'],
    ['a.exe', 'application/octet-stream', 'attachment'],
  ])('is saved and not shown if it is %s', (filename, type, disposition) => {
    const { head } = toObjectHead({ key: filename, draft: 'd1', storedAt: 1, record: { filename, type } })
    expect(head.contentDisposition).toBe(disposition)
  })

  test('is shown if it is a picture', () => {
    const { head } = toObjectHead({ key: 'a.png', draft: 'd1', storedAt: 1, record: undefined })
    expect(head).toMatchObject({ contentDisposition: 'inline', contentType: 'image/png' })
  })
})
