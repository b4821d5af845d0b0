import { closeSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { diskStorage } from './disk-storage.ts'
import { linkedDraft } from './draft-of-file.ts'
import { openStoredFile } from './open-disk-file.ts'
import { PrivateFolder } from './private-folder.ts'
import { RecordCache } from './record-cache.ts'
import type { DiskStorage } from './disk-storage.ts'

const base = mkdtempSync(join(tmpdir(), 'decant-draft-of-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const newFolder = (): string => mkdtempSync(join(base, 'folder-'))

async function store(storage: DiskStorage, key: string, text: string): Promise<string> {
  const draft = storage.createDraft()
  await draft.append(new TextEncoder().encode(text))
  return (await (await draft.seal()).publish(key))?.version ?? ''
}

/** The drafts in the private folder. */
function drafts(folder: string): string[] {
  const entries = readdirSync(join(folder, '.decant', 'drafts'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile() && entry.name !== 'lease').map(({ name }) => name)
}

function inode(path: string): number {
  return statSync(path).ino
}

describe('the draft of a stored file on disk', () => {
  test('is another name of the file: no bytes are copied', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder, { durable: true })
    const version = await store(storage, 'a', 'text')
    const sealed = await storage.draftOf('a', version)
    expect(await sealed?.publish('b')).toMatchObject({ version, key: 'b' })
    expect(inode(join(folder, 'b'))).toBe(inode(join(folder, 'a')))
    expect(drafts(folder)).toEqual([])
  })

  test.each([
    ['the storage uses no links', { links: 'never' }],
    ['the disk has room for the copy', { links: 'never', minFreeSpace: 1 }],
  ] as const)('is a copy if %s', async (_, options) => {
    const folder = newFolder()
    const storage = diskStorage(folder, options)
    const sealed = await storage.draftOf('a', await store(storage, 'a', 'text'))
    await sealed?.publish('b')
    expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('text')
    expect(inode(join(folder, 'b'))).not.toBe(inode(join(folder, 'a')))
    expect(drafts(folder)).toEqual([])
  })

  test('works after an operator has removed the private folder', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    const version = await store(storage, 'a', 'text')
    rmSync(join(folder, '.decant'), { recursive: true })
    expect(await (await storage.draftOf('a', version))?.publish('b')).toMatchObject({ key: 'b' })
  })

  test('is not made of a symlink, a folder, or a file behind a symlink', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    const version = await store(storage, 'real/a', 'text')
    symlinkSync(join(folder, 'real'), join(folder, 'linked'))
    symlinkSync(join(folder, 'real', 'a'), join(folder, 'link'))
    for (const key of ['linked/a', 'link', 'real']) expect(await storage.draftOf(key, version)).toBeUndefined()
    expect(drafts(folder)).toEqual([])
  })

  test('gives the new name a record of its own', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    const version = await store(storage, 'a', 'text')
    const sealed = await storage.draftOf('a', version)
    const record = { filename: 'Ä', type: 'text/plain', digest: 'sha-256=:AAAA:' }
    expect(await sealed?.publish('b', record)).toMatchObject({ record })
    expect((await storage.stat('a'))?.record).toBeUndefined()
    expect((await storage.stat('b'))?.record).toEqual(record)
    await storage.delete('a', { version })
    expect((await storage.stat('b'))?.record).toEqual(record)
  })

  test.each([
    ['another file', (path: string) => writeFileSync(path, 'text')],
    ['a symlink', (path: string) => symlinkSync('/etc/hostname', path)],
  ])('is not made of %s that has got the place of the file since it was opened', async (_, replace) => {
    const root = newFolder()
    const folder = new PrivateFolder(root)
    const room = async () => ({ bytes: 0, files: 0, freeFiles: 0 })
    const limits = { mode: 0o644, durable: false, highWaterMark: 1000, minFreeSpace: 0, doubt: () => {}, room }
    const path = join(root, 'a')
    writeFileSync(path, 'text')
    const found = await openStoredFile(root, 'a')
    if (found === undefined) throw new Error('The file is not there.')
    renameSync(path, `${path}.before`)
    replace(path)
    expect(
      await linkedDraft({ root, folder, records: new RecordCache(root, folder), ...limits }, path, found),
    ).toBeUndefined()
    closeSync(found.file)
    expect(drafts(root)).toEqual([])
  })
})
