import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { isUploadError } from '../../errors/upload-error.ts'
import { DiskDraft } from './disk-draft.ts'
import { diskStorage } from './disk-storage.ts'
import { diskRoom, FreeSpaceWatch } from './free-space.ts'
import { PrivateFolder } from './private-folder.ts'
import { RecordCache } from './record-cache.ts'

const MiB = 1024 ** 2
/** More bytes than any disk has. */
const TOO_MUCH = 2 ** 60
/** A file system without a limit of files. */
const NO_LIMIT = { files: 0, freeFiles: 0 }

const base = mkdtempSync(join(tmpdir(), 'decant-space-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

function draftsIn(folder: string): string[] {
  return readdirSync(join(folder, '.decant', 'drafts'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'lease')
    .map(({ name }) => name)
}

describe('a disk of which a part is to stay free', () => {
  test('refuses a draft that would leave less, says why, and keeps nothing', async () => {
    const folder = mkdtempSync(join(base, 'folder-'))
    const draft = diskStorage(folder, { minFreeSpace: TOO_MUCH }).createDraft()
    void draft.append(new Uint8Array(10))

    await expect(draft.seal()).rejects.toMatchObject({
      code: 'storage-full',
      cause: { message: expect.stringMatching(/^.+ are free, and .+ must stay free\.$/) },
    })
    expect(draftsIn(folder)).toEqual([])
  })

  test('refuses a file with an announced size that is too large before its bytes come', async () => {
    const folder = mkdtempSync(join(base, 'folder-'))
    const storage = diskStorage(folder, { minFreeSpace: 1 })

    await expect(storage.createDraft({ expectedSize: TOO_MUCH }).flush()).rejects.toMatchObject({
      code: 'storage-full',
    })
    const draft = storage.createDraft({ expectedSize: 10 })
    await draft.flush()
    await draft.discard()
  })

  test('may be filled by default', async () => {
    const draft = diskStorage(mkdtempSync(join(base, 'folder-'))).createDraft({ expectedSize: TOO_MUCH })
    await draft.flush()
    await draft.discard()
  })

  test('needs a size that is a valid number', () => {
    expect(() => diskStorage(base, { minFreeSpace: -1 })).toThrow(TypeError)
    expect(() => diskStorage(base, { minFreeSpace: Number.NaN })).toThrow(TypeError)
  })

  test('is asked at the beginning and again every 64 MiB, not for each write', async () => {
    const asked: number[] = []
    const watch = new FreeSpaceWatch(1, async () => ({ ...NO_LIMIT, bytes: asked.push(0) }))
    for (const written of [0, 1, 64 * MiB - 1, 64 * MiB, 65 * MiB, 200 * MiB, 263 * MiB, 264 * MiB]) {
      const before = asked.length
      await watch.check(written)?.catch(() => {})
      if (asked.length > before) asked[before] = written / MiB
    }

    expect(asked).toEqual([0, 64, 200, 264])
  })

  test.each([
    ['a full table of files', 1_000_000, 0, 'refused'],
    ['999 files to spare of a million', 1_000_000, 999, 'refused'],
    ['1,000 files to spare of a million', 1_000_000, 1000, 'taken'],
    ['19 files to spare of 2,000', 2000, 19, 'refused'],
    ['20 files to spare of 2,000', 2000, 20, 'taken'],
    ['no limit of files, as btrfs and FAT', 0, 0, 'taken'],
  ])('with %s (%i in all, %i free), a draft is %s', async (_, files, freeFiles, outcome) => {
    const watch = new FreeSpaceWatch(1, async () => ({ bytes: MiB, files, freeFiles }))
    const checked = Promise.resolve(watch.check(0)).then(
      () => 'taken',
      (error: unknown) => (isUploadError(error) && error.code === 'storage-full' ? 'refused' : error),
    )
    expect(await checked).toBe(outcome)
  })

  test('ends a running draft when another program has taken the room', async () => {
    const root = mkdtempSync(join(base, 'folder-'))
    const folder = new PrivateFolder(root)
    const free = [10 * MiB, 0]
    const place = {
      root,
      folder,
      records: new RecordCache(root, folder),
      mode: 0o644,
      durable: false,
      highWaterMark: MiB,
      doubt: () => {},
    }
    const draft = new DiskDraft(
      { ...place, minFreeSpace: MiB, room: async () => ({ ...NO_LIMIT, bytes: free.shift() ?? 0 }) },
      {},
    )
    const fill = async (): Promise<void> => {
      for (let written = 0; written <= 65 * MiB; written += MiB) await draft.append(new Uint8Array(MiB))
      await draft.seal()
    }

    await expect(fill()).rejects.toMatchObject({ code: 'storage-full' })
    expect(draft.size).toBeGreaterThanOrEqual(64 * MiB)
    await draft.discard()
    expect(draftsIn(root)).toEqual([])
  })
})

test('the free space of a folder that is not made yet is that of its parent', async () => {
  const missing = join(base, 'not', 'made')

  expect((await diskRoom(missing)).bytes).toBeGreaterThan(0)
  expect(existsSync(missing)).toBe(false)
})
