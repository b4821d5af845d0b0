import { describe, expect, test } from 'vitest'
import { fromFetchRequest } from '../../http/fetch-request.ts'
import { memorySet, read } from '../../policy/fixtures/sets.ts'
import type { UploadSet } from '../../policy/upload-set.ts'
import { ALL } from '../../media/extension-rule.ts'
import { file, formRequest } from '../../receive/fixtures/form-body.ts'
import { toFormLimits } from '../../receive/form-limits.ts'
import type { FormLimitOptions } from '../../receive/form-limits.ts'
import type { FileSink } from '../../receive/read-form.ts'
import type { Receipt } from '../receipt.ts'
import { companionFile } from './companion-file.ts'
import { receiveForm } from './form-protocol.ts'

const APPLE_DOUBLE = '\0\x05\x16\x07\0\x02\0\0Mac OS X'
const DS_STORE = '\0\0\0\x01Bud1\0\0\x10\0'

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

async function send(
  set: UploadSet,
  files: readonly (readonly [name: string, text: string])[],
  limits: FormLimitOptions = {},
): Promise<Receipt> {
  const parts = files.map(([name, text]) => file('f', name, bytes(text)))
  return receiveForm({
    incoming: fromFetchRequest(await formRequest(parts)),
    set,
    limits: toFormLimits(limits),
    skipCompanions: true,
  })
}

function anySet(): UploadSet {
  return memorySet({ extensions: ALL, content: 'trust' })
}

describe('a form with what macOS keeps beside files', () => {
  test('stores the files, and tells what it left out', async () => {
    const set = anySet()
    const { files, skipped } = await send(set, [
      ['._a.txt', APPLE_DOUBLE],
      ['a.txt', 'hello'],
      ['folder/.DS_Store', DS_STORE],
      ['b.txt', 'world'],
    ])
    expect(files.map(({ filename, stored }) => [filename, stored.key])).toEqual([
      ['a.txt', 'a.txt'],
      ['b.txt', 'b.txt'],
    ])
    expect(skipped).toEqual([
      { field: 'f', filename: '._a.txt' },
      { field: 'f', filename: 'folder/.DS_Store' },
    ])
    expect((await set.list()).files).toHaveLength(2)
  })

  test('has as many files as are allowed, however many were left out', async () => {
    const { files, skipped } = await send(
      anySet(),
      [
        ['._a.txt', APPLE_DOUBLE],
        ['a.txt', 'hello'],
        ['._b.txt', APPLE_DOUBLE],
        ['b.txt', 'world'],
        ['.DS_Store', DS_STORE],
      ],
      { maxFiles: 2 },
    )
    expect([files.length, skipped?.length]).toEqual([2, 3])
  })

  test.each([
    ['c.txt', 'a file'],
    ['._c.txt', 'a file that is only called like a companion'],
  ])('is refused for a file too many: %s, %s', async (name) => {
    const set = anySet()
    const sending = send(
      set,
      [
        ['._a.txt', APPLE_DOUBLE],
        ['a.txt', 'hello'],
        [name, 'world'],
      ],
      { maxFiles: 1 },
    )
    await expect(sending).rejects.toMatchObject({ code: 'too-many-files', details: { limit: 1 } })
    expect((await set.list()).files).toEqual([])
  })

  test('is taken by a set that takes no such extension', async () => {
    const { files } = await send(memorySet({ extensions: ['txt'] }), [
      ['.DS_Store', DS_STORE],
      ['a.txt', 'hello'],
    ])
    expect(files).toHaveLength(1)
  })

  test('and nothing else is refused as no-file-selected, with the names that were left out', async () => {
    const sending = send(anySet(), [
      ['._a.txt', APPLE_DOUBLE],
      ['.DS_Store', DS_STORE],
    ])
    await expect(sending).rejects.toMatchObject({
      code: 'no-file-selected',
      message: expect.stringContaining('"._a.txt"'),
      details: { skipped: ['._a.txt', '.DS_Store'] },
    })
  })

  test.each([
    ['._a.txt', 'hello', '_a.txt'],
    ['._a.txt', APPLE_DOUBLE.slice(0, 3), '_a.txt'],
    ['._a.txt', '', '_a.txt'],
    ['._a.txt', '\0\x05\x16\x00', '_a.txt'],
    ['.DS_Store', DS_STORE.slice(0, 7), 'DS_Store'],
    ['.DS_Store', APPLE_DOUBLE, 'DS_Store'],
    ['a._b.txt', APPLE_DOUBLE, 'a._b.txt'],
    ['._', APPLE_DOUBLE, '_'],
    ['DS_Store', DS_STORE, 'DS_Store'],
  ])('stores %j with the content %j like any other file', async (name, content, key) => {
    const set = anySet()
    const { files, skipped } = await send(set, [[name, content]])
    expect(files.map(({ stored }) => stored.key)).toEqual([key])
    expect(Buffer.from(await read(set, key)).toString('latin1')).toBe(content)
    expect(skipped).toBeUndefined()
  })

  test('is stored with all its files without skipCompanions', async () => {
    const set = anySet()
    const incoming = fromFetchRequest(await formRequest([file('f', '._a.txt', bytes(APPLE_DOUBLE))]))
    expect((await receiveForm({ incoming, set, limits: toFormLimits({}) })).files).toHaveLength(1)
  })
})

test.each([DS_STORE, 'no store at all', DS_STORE.slice(0, 5), `${DS_STORE.slice(0, 5)}!`])(
  'however the bytes are cut, %j is the same',
  async (content) => {
    for (let size = 1; size <= content.length; size++) {
      const taken: number[] = []
      const told: string[] = []
      const open = (): FileSink => ({
        append: async (chunk) => void taken.push(...chunk),
        end: async () => void told.push('end'),
      })
      const skip = (): void => void told.push('skip')
      const head = { field: 'f', filename: '.DS_Store', type: 'application/octet-stream', headers: new Map() }
      const sink = companionFile(head, { skip, open })
      for (let at = 0; at < content.length; at += size) {
        // oxlint-disable-next-line no-await-in-loop
        await sink?.append(bytes(content.slice(at, at + size)))
      }
      // oxlint-disable-next-line no-await-in-loop
      await sink?.end()
      expect(told).toEqual([content === DS_STORE ? 'skip' : 'end'])
      expect(taken).toEqual(content === DS_STORE ? [] : [...bytes(content)])
    }
  },
)
