import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { DiskCalls } from '../../file/disk-calls.ts'
import { TurnLength } from '../../file/turn-length.ts'
import type { ListOptions } from '../storage.ts'
import { diskStorage, openDiskStorage } from './disk-storage.ts'
import type { DiskStorage } from './disk-storage.ts'
import { listFiles } from './disk-list.ts'
import { ManualClock } from './fixtures/manual-clock.ts'
import { folderChildren } from './folder-children.ts'
import { Host } from './host.ts'
import { PrivateFolder } from './private-folder.ts'
import { RecordCache } from './record-cache.ts'
import { TimeIndex } from './time-index/time-index.ts'
import { UnreadableFiles } from './unreadable-files.ts'

const FILES = 2500
const PAGE = 100

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'decant-list-'))
  // More files than are read at once, in one folder and below others. A third of them have the same time.
  for (let index = 0; index < FILES; index++) {
    const path = join(folder, ...(index % 5 === 0 ? [`d${index % 40}`] : []))
    mkdirSync(path, { recursive: true })
    const file = join(path, `file-${(index * 7919) % FILES}`)
    writeFileSync(file, '')
    const time = 1_700_000_000 + (index % 3 === 0 ? 0 : (index * 7907) % FILES)
    utimesSync(file, time, time)
  }
  for (let index = 0; index < 300; index++) mkdirSync(join(folder, `empty-${index}`, 'below'), { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => void vi.restoreAllMocks())

/** A storage whose clock is ahead, so that all changes are long ago. */
function laterStorage(root: string): DiskStorage {
  const clock = new ManualClock()
  clock.time += 60_000
  return openDiskStorage(root, {}, new Host(clock))
}

async function store(storage: DiskStorage, key: string): Promise<void> {
  await (await storage.createDraft().seal()).publish(key)
}

async function newest(storage: DiskStorage, limit: number): Promise<string[]> {
  const { entries } = await storage.list({ order: 'newest', limit })
  return entries.map(({ key }) => key)
}

async function pages(options: ListOptions): Promise<{ keys: string[]; times: number[] }> {
  const keys: string[] = []
  const times: number[] = []
  const storage = diskStorage(folder)
  for (let cursor: string | undefined, isLast = false; !isLast;) {
    const page = await storage.list({ ...options, ...(cursor !== undefined && { cursor }) })
    keys.push(...page.entries.map(({ key }) => key))
    times.push(...page.entries.map(({ storedAt }) => storedAt.getTime()))
    cursor = page.next
    isLast = cursor === undefined
  }
  return { keys, times }
}

describe('a list of thousands of files', () => {
  test.each([60, 1000, 10_000])('shows each file once and in its place, by name in pages of %i', async (limit) => {
    const { keys } = await pages({ limit })

    expect(keys).toEqual(keys.toSorted())
    expect(new Set(keys).size).toBe(FILES)
    expect(keys).toHaveLength(FILES)
  })

  test.each([200, 10_000])('shows each file once and in its place, the newest first in pages of %i', async (limit) => {
    const { keys, times } = await pages({ order: 'newest', limit })

    expect(times).toEqual(times.toSorted((one, other) => other - one))
    expect(new Set(keys).size).toBe(FILES)
    expect(keys).toHaveLength(FILES)
  })

  test('finds the only file after hundreds of folders without files', async () => {
    expect((await diskStorage(folder).list({ limit: 1, cursor: 'name:e' })).entries[0]?.key).toMatch(/^file-/)
  })

  test.each(['name', 'newest'] as const)('lets other work run after every few files, by %s', async (order) => {
    const pauses = vi.spyOn(TurnLength.prototype, 'endIfLong')
    await diskStorage(folder).list({ order })
    expect(pauses.mock.calls.length).toBeGreaterThan(order === 'name' ? 3 : FILES / 32)
  })

  test('looks only at the files of the page, for every page after the first', async () => {
    const storage = laterStorage(folder)
    const first = await storage.list({ order: 'newest' })
    const looks = vi.spyOn(DiskCalls.prototype, 'find')
    for (const cursor of [undefined, first.next]) {
      looks.mockClear()
      const { entries } = await storage.list({ order: 'newest', ...(cursor !== undefined && { cursor }) })
      expect(entries).toHaveLength(PAGE)
      // One file more tells whether there is a next page.
      expect(looks.mock.calls.filter(([path]) => path.includes('file-'))).toHaveLength(PAGE + 1)
    }
    await storage.close()
  })
})

describe('a list of the newest files', () => {
  test('is the same if there are too many files for the index', async () => {
    const unreadable = new UnreadableFiles()
    const calls = new DiskCalls()
    const files = { root: folder, records: new RecordCache(folder, new PrivateFolder(folder)), unreadable, calls }
    const index = new TimeIndex({
      ...files,
      clock: new ManualClock(),
      isAtOnce: true,
      mostWeight: 1000,
      children: (prefix) => folderChildren(files, prefix),
      skip: (path, look) => unreadable.skip(path, look),
    })
    for (const cursor of [undefined, 'newest:1700001000000:file-1']) {
      const options = { order: 'newest', limit: 500, ...(cursor !== undefined && { cursor }) } as const
      expect(await listFiles({ ...files, index }, options)).toEqual(await diskStorage(folder).list(options))
    }
    expect(await index.newest('', undefined, 1)).toBeUndefined()
  })

  let own = ''
  beforeAll(() => (own = mkdtempSync(join(tmpdir(), 'decant-newest-'))))
  afterAll(() => rmSync(own, { recursive: true }))

  test('shows a file that got the key of a deleted one, among thousands of files', async () => {
    const storage = laterStorage(own)
    for (let index = 0; index < 1200; index++) {
      writeFileSync(join(own, `file-${index}`), '')
      utimesSync(join(own, `file-${index}`), 1_000_000 + index, 1_000_000 + index)
    }
    expect(await newest(storage, 1)).toEqual(['file-1199'])
    await storage.delete('file-3')
    await store(storage, 'file-3')
    expect(await newest(storage, 1)).toEqual(['file-3'])
    await storage.close()
  })

  test('moves a file that it shows to its place, even if the folder does not show that its time has changed', async () => {
    const storage = laterStorage(own)
    const [first = '', second = '', third = ''] = await newest(storage, 3)
    utimesSync(join(own, first), 1, 1)
    expect(await newest(storage, 2)).toEqual([second, third])
    expect(await newest(storage, 1200)).toHaveLength(1200)
    await storage.close()
  })

  test('moves thousands of files to their places, even if the folder does not show that their times have changed', async () => {
    const storage = laterStorage(own)
    await newest(storage, 1)
    for (const name of readdirSync(own)) if (name.startsWith('file-')) utimesSync(join(own, name), 1, 1)
    utimesSync(join(own, 'file-7'), 2, 2)
    expect(await newest(storage, 1)).toEqual(['file-7'])
    await storage.close()
  })

  test('is the same for a new storage and for one that knows the folder, whatever was changed in it', async () => {
    const path = fc.constantFrom('a', 'b', 'c', 'd/a', 'd/b', 'd/e/a', 'f/a')
    const time = fc.integer({ min: 1, max: 5 })
    const step = fc.oneof(
      fc.record({ do: fc.constant('write'), path, time }),
      fc.record({ do: fc.constant('delete'), path, time }),
      fc.record({ do: fc.constant('touch'), path, time }),
      fc.record({ do: fc.constant('rename'), path: fc.constantFrom('d', 'd/e', 'f', 'a', 'b'), time }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const root = mkdtempSync(join(own, 'steps-'))
        const known = diskStorage(root)
        for (const each of steps) {
          change(join(root, each.path), each.do, each.time)
          const expected = await newest(diskStorage(root), 100)
          expect(await newest(known, 100)).toEqual(expected)
          const { entries, next } = await known.list({ order: 'newest', limit: 2 })
          const rest = next === undefined ? [] : (await known.list({ order: 'newest', cursor: next })).entries
          expect([...entries, ...rest].map(({ key }) => key)).toEqual(expected)
        }
        rmSync(root, { recursive: true })
      }),
      { numRuns: 30 },
    )
  })
})

function change(path: string, what: string, time: number): void {
  try {
    if (what === 'write') mkdirSync(join(path, '..'), { recursive: true })
    if (what === 'write') writeFileSync(path, '')
    if (what === 'write' || what === 'touch') utimesSync(path, time, time)
    if (what === 'delete') unlinkSync(path)
    if (what === 'rename') renameSync(path, `${path}${time}`)
  } catch {
    // ENOENT, EISDIR, ...: there is no such file to change.
  }
}
