import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { SealedDraft } from '../draft.ts'
import type { Storage } from '../storage.ts'
import { diskStorage } from './disk-storage.ts'

const RECORD = { filename: 'Cat.TXT', type: 'text/plain' }

const base = mkdtempSync(join(tmpdir(), 'decant-modes-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

function newFolder(): string {
  return mkdtempSync(join(base, 'folder-'))
}

async function seal(storage: Storage): Promise<SealedDraft> {
  const draft = storage.createDraft()
  await draft.append(new Uint8Array(1))
  return draft.seal()
}

/** The permissions of all files and folders below a folder. */
function modesIn(folder: string): [path: string, mode: number][] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return paths.map((path) => [path, lstatSync(join(folder, path)).mode])
}

describe.each(['auto', 'never'] as const)('a disk storage that publishes with links: %s', (links) => {
  test.skipIf(process.platform === 'win32')(
    'makes only files and folders that no other user can read, with private modes',
    async () => {
      const folder = join(newFolder(), 'made', 'too')
      const umask = process.umask(0)
      try {
        const storage = diskStorage(folder, { links, mode: 0o600, folderMode: 0o700 })
        await (await seal(storage)).publish('alone/file', RECORD)
        const transaction = storage.createTransaction()
        await transaction.reserve(await seal(storage), 'together/a/file', RECORD)
        await transaction.reserve(await seal(storage), 'together/b/file', RECORD)
        await transaction.prepare()
        const prepared = modesIn(folder)
        await transaction.commit()
        await (await seal(storage)).keep?.(new Date(Date.now() + 60_000), 'note')
        for (const [path, mode] of [...prepared, ...modesIn(folder)]) expect([path, mode & 0o077]).toEqual([path, 0])
        expect(lstatSync(join(folder, '..')).mode & 0o777).toBe(0o700)
        expect(lstatSync(join(folder, 'together', 'a')).mode & 0o777).toBe(0o700)
        expect(lstatSync(join(folder, 'together', 'a', 'file')).mode & 0o777).toBe(0o600)
        await storage.close()
      } finally {
        process.umask(umask)
      }
    },
  )
})

test.each([
  [
    { mode: 644 },
    '"mode" of diskStorage must be permissions that let the process itself in, such as 0o600; got 0o1204.',
  ],
  [{ mode: 0o200 }, 'got 0o200.'],
  [{ mode: -1 }, '"mode" of diskStorage must'],
  [{ mode: Number.NaN }, '"mode" of diskStorage must'],
  [
    { folderMode: 755 },
    '"folderMode" of diskStorage must be permissions that let the process itself in, such as 0o700; got 0o1363.',
  ],
  [{ folderMode: 0o600 }, 'got 0o600.'],
  [{ folderMode: 0o4700 }, 'got 0o4700.'],
])('a disk storage refuses permissions that would lock the process itself out: %j', (options, sentence) => {
  expect(() => diskStorage(newFolder(), options)).toThrow(TypeError)
  expect(() => diskStorage(newFolder(), options)).toThrow(sentence)
})
