import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { DiskCalls } from '../../../file/disk-calls.ts'
import { ManualClock } from '../fixtures/manual-clock.ts'
import { folderChildren } from '../folder-children.ts'
import { UnreadableFiles } from '../unreadable-files.ts'
import { TimeIndex } from './time-index.ts'

/** The files of a large folder: if it has changed, they are not all checked again. */
const MANY = 1200
const MINUTE_MS = 60_000

const base = mkdtempSync(join(tmpdir(), 'decant-time-index-'))
afterAll(() => rmSync(base, { recursive: true }))

class CountedCalls extends DiskCalls {
  looks: string[] = []

  override find(path: string): BigIntStats | undefined | Promise<BigIntStats | undefined> {
    this.looks.push(path)
    return super.find(path)
  }
}

/** An index of a new folder, and the calls that it makes to the disk. By its clock, all changes happened long ago. */
class TestedIndex {
  readonly root = mkdtempSync(join(base, 'root-'))
  readonly clock = new ManualClock()
  readonly calls = new CountedCalls()
  readonly index: TimeIndex
  /** The folders whose names were read. */
  reads: string[] = []
  /** The reading of a folder waits for this at its end. */
  pause: Promise<void> | undefined
  isPaused = false

  constructor(mostWeight?: number) {
    const { root, clock, calls } = this
    const unreadable = new UnreadableFiles()
    clock.time += MINUTE_MS
    this.index = new TimeIndex({
      root,
      clock,
      calls,
      isAtOnce: true,
      children: (prefix) => this.#children(prefix, unreadable),
      skip: (path, look) => unreadable.skip(path, look),
      ...(mostWeight !== undefined && { mostWeight }),
    })
  }

  async *#children(prefix: string, unreadable: UnreadableFiles): AsyncGenerator<string[], void, undefined> {
    const { root, calls } = this
    this.reads.push(prefix)
    yield* folderChildren({ root, calls, unreadable }, prefix)
    this.isPaused = true
    await this.pause
  }

  /** Writes a file with a modification time, in seconds since 1970. */
  write(key: string, seconds: number): void {
    const path = join(this.root, key)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, '')
    utimesSync(path, seconds, seconds)
  }

  writeMany(): void {
    for (let place = 0; place < MANY; place++) this.write(`file-${place}`, 1_000_000 + place)
  }

  async keys(prefix = '', count = 10): Promise<string[] | undefined> {
    const files = await this.index.newest(prefix, undefined, count)
    return files?.map(({ key }) => key)
  }

  /** The looks and reads of the index during `work`. */
  async during(work: () => Promise<unknown>): Promise<{ looks: string[]; reads: string[] }> {
    this.calls.looks = []
    this.reads = []
    await work()
    return { looks: this.calls.looks, reads: this.reads }
  }
}

describe.runIf(process.platform === 'linux')('an index of the newest files', () => {
  test('looks only at folders, and reads no folder again, if nothing has changed', async () => {
    const tested = new TestedIndex()
    tested.writeMany()
    tested.write('folder/inner/file', 2_000_000)
    expect(await tested.keys('', 2)).toEqual(['folder/inner/file', 'file-1199'])
    const { looks, reads } = await tested.during(() => tested.keys())
    expect(looks).toEqual([join(tested.root, 'folder'), join(tested.root, 'folder/inner')])
    expect(reads).toEqual([])
  })

  test('reads the names of a folder that has changed, and looks only at new files', async () => {
    const tested = new TestedIndex()
    tested.writeMany()
    tested.write('folder/old', 2_000_000)
    await tested.keys()
    tested.write('new', 3_000_000)
    unlinkSync(join(tested.root, 'file-1199'))
    const { looks, reads } = await tested.during(async () => {
      expect(await tested.keys('', 3)).toEqual(['new', 'folder/old', 'file-1198'])
    })
    expect(looks).toEqual([join(tested.root, 'new'), join(tested.root, 'folder')])
    expect(reads).toEqual([''])
  })

  test.each([
    ['was changed less than two seconds before it was read', -MINUTE_MS],
    ['was changed in the future, by a clock that was set back', -2 * MINUTE_MS],
  ])('reads a folder again that %s, because the next change may get the same time', async (_, shiftMs) => {
    const tested = new TestedIndex()
    tested.write('file', 1_000_000)
    tested.clock.time += shiftMs
    await tested.keys()
    expect((await tested.during(() => tested.keys())).reads).toEqual([''])
    tested.clock.time += 3 * MINUTE_MS
    expect((await tested.during(() => tested.keys())).reads).toEqual([''])
    expect((await tested.during(() => tested.keys())).reads).toEqual([])
  })

  test('misses no file that comes or goes right after a list', async () => {
    const tested = new TestedIndex()
    tested.clock.time -= MINUTE_MS
    tested.writeMany()
    for (let time = 0; time < 100; time++) {
      tested.write(`new-${time}`, 2_000_000 + time)
      expect(await tested.keys('', 1)).toEqual([`new-${time}`])
      unlinkSync(join(tested.root, `new-${time}`))
      expect(await tested.keys('', 1)).toEqual(['file-1199'])
    }
  })

  test('lists a file that got its name after a doubt about the name was settled', async () => {
    const tested = new TestedIndex()
    tested.writeMany()
    await tested.keys()
    tested.write('file-3', 2_000_000)
    expect(await tested.keys('', 1)).toEqual(['file-1199'])
    tested.index.doubt('file-3')
    expect(await tested.keys('', 1)).toEqual(['file-3'])
    expect(await tested.keys('', 2 * MANY)).toHaveLength(MANY)
  })

  test('finds a file that was changed under its name within a minute, while lists are asked for', async () => {
    const tested = new TestedIndex()
    tested.writeMany()
    await tested.keys()
    tested.write('file-3', 2_000_000)
    await tested.clock.advance(MINUTE_MS)
    expect(await tested.keys('', 1)).toEqual(['file-1199'])
    await vi.waitFor(async () => expect(await tested.keys('', 1)).toEqual(['file-3']))
  })

  test('finds a file that was replaced in a large folder some seconds after the folder has changed', async () => {
    const tested = new TestedIndex()
    tested.writeMany()
    await tested.keys()
    tested.write('aside', 2_000_000)
    renameSync(join(tested.root, 'aside'), join(tested.root, 'file-3'))
    await tested.clock.advance(5000)
    await vi.waitFor(async () => expect(await tested.keys('', 1)).toEqual(['file-3']))
  })

  test('looks at every file again if no list was asked for in ten minutes', async () => {
    const tested = new TestedIndex()
    tested.writeMany()
    await tested.keys()
    tested.write('file-3', 2_000_000)
    await tested.clock.advance(10 * MINUTE_MS)
    expect(await tested.keys('', 1)).toEqual(['file-3'])
  })

  test('has room in 70 KB for a hundred folders of one file each, and not of two', async () => {
    const tested = new TestedIndex(70_000)
    const names = Array.from({ length: 100 }, (_, place) => `${'0'.repeat(29)}${100 + place}`)
    for (const name of names) tested.write(`${name}/a.txt`, 1_000_000)
    expect(await tested.keys('', 100)).toHaveLength(100)
    for (const name of names) tested.write(`${name}/${'b'.repeat(50)}.txt`, 1_000_000)
    expect(await tested.keys('', 100)).toBeUndefined()
  })

  test('looks at all files of a small folder that has changed', async () => {
    const tested = new TestedIndex()
    for (const name of ['a', 'b', 'c']) tested.write(name, 1_000_000)
    await tested.keys()
    tested.write('aside', 2_000_000)
    renameSync(join(tested.root, 'aside'), join(tested.root, 'c'))
    expect(await tested.keys()).toEqual(['c', 'a', 'b'])
  })

  test('lists the right files after folders were renamed, removed or replaced by a symlink', async () => {
    const tested = new TestedIndex()
    const outside = mkdtempSync(join(base, 'outside-'))
    writeFileSync(join(outside, 'secret'), '')
    tested.write('one/two/file', 1_000_000)
    expect(await tested.keys()).toEqual(['one/two/file'])
    renameSync(join(tested.root, 'one'), join(tested.root, 'other'))
    expect(await tested.keys()).toEqual(['other/two/file'])
    rmSync(join(tested.root, 'other/two'), { recursive: true })
    expect(await tested.keys()).toEqual([])
    symlinkSync(outside, join(tested.root, 'other/two'))
    expect(await tested.keys()).toEqual([])
    expect(await tested.keys('other/two/')).toEqual([])
    rmSync(tested.root, { recursive: true })
    expect(await tested.keys()).toEqual([])
  })

  test('reads a folder once for calls at the same time, and again for calls that come during the reading', async () => {
    const tested = new TestedIndex()
    tested.clock.time -= MINUTE_MS
    tested.writeMany()
    const { reads } = await tested.during(() => Promise.all(Array.from({ length: 20 }, () => tested.keys())))
    expect(reads).toEqual(['', ''])
  })

  test('shows a file to a call that comes after it was stored, though a reading was under way', async () => {
    const tested = new TestedIndex()
    tested.write('file', 1_000_000)
    const { promise, resolve } = Promise.withResolvers<void>()
    tested.pause = promise
    const before = tested.keys()
    await vi.waitFor(() => expect(tested.isPaused).toBe(true))
    tested.write('new', 2_000_000)
    const after = tested.keys()
    resolve()
    expect(await before).toEqual(['file'])
    expect(await after).toEqual(['new', 'file'])
  })

  test('forgets the folders that were unused for longest if it takes too much memory', async () => {
    const tested = new TestedIndex(2500)
    for (const folder of ['a', 'b', 'c']) for (const name of ['1', '2', '3', '4']) tested.write(`${folder}/${name}`, 1)
    for (const folder of ['a', 'b', 'c']) expect(await tested.keys(`${folder}/`)).toHaveLength(4)
    const { reads } = await tested.during(async () => {
      for (const folder of ['c', 'b', 'a']) expect(await tested.keys(`${folder}/`)).toHaveLength(4)
    })
    expect(reads).toEqual(['a/'])
  })

  test('gives up if it has no memory for all files, and does not try again for ten minutes', async () => {
    const tested = new TestedIndex(50_000)
    tested.writeMany()
    tested.write('folder/file', 1_000_000)
    expect(await tested.keys()).toBeUndefined()
    const { reads } = await tested.during(async () => expect(await tested.keys()).toBeUndefined())
    expect(reads).toEqual([])
    expect(await tested.keys('folder/')).toEqual(['folder/file'])
    for (let place = 50; place < MANY; place++) unlinkSync(join(tested.root, `file-${place}`))
    await tested.clock.advance(10 * MINUTE_MS)
    expect(await tested.keys('', 1)).toEqual(['file-49'])
  })

  test('rejects if the disk fails, and is right again afterwards', async () => {
    const tested = new TestedIndex()
    tested.writeMany()
    await tested.keys()
    vi.spyOn(tested.calls, 'readEntries').mockRejectedValueOnce(new Error('EIO: i/o error'))
    tested.index.doubt('file-3')
    tested.write('file-3', 2_000_000)
    await expect(tested.keys()).rejects.toThrow('EIO')
    expect(await tested.keys('', 1)).toEqual(['file-3'])
  })
})
