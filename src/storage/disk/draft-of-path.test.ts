import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { chmodSync, chownSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getuid } from 'node:process'
import { afterAll, describe, expect, test } from 'vitest'
import type { SealedDraft } from '../draft.ts'
import { diskStorage } from './disk-storage.ts'
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

describe('the draft of a file outside of the storage', () => {
  const outside = (text = 'text'): string => {
    const path = join(newFolder(), 'out.txt')
    writeFileSync(path, text, { mode: 0o640 })
    chmodSync(path, 0o640)
    return path
  }

  async function bytesOf(sealed: SealedDraft): Promise<string> {
    const chunks: Uint8Array[] = []
    for await (const chunk of sealed.stream()) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }

  test('is another name of the file, gets the permissions of stored files, and leaves its path when it is told', async () => {
    const [folder, path] = [newFolder(), outside()]
    const storage = diskStorage(folder, { mode: 0o604 })
    const draft = await storage.draftOfPath(path)
    const { ino } = statSync(path)
    expect([draft.filename, draft.sealed.size, await bytesOf(draft.sealed)]).toEqual(['out.txt', 4, 'text'])
    await draft.sealed.publish('a')
    expect(await draft.isThere()).toBe(true)
    expect([await draft.remove(), existsSync(path), await draft.isThere(), await draft.remove()]).toEqual([
      true,
      false,
      false,
      false,
    ])
    const stats = statSync(join(folder, 'a'))
    expect([stats.ino, stats.mode & 0o7777, stats.nlink]).toEqual([ino, 0o604, 1])
    expect(drafts(folder)).toEqual([])
  })

  // Only root can give a file to another user.
  const others =
    getuid?.() === 0 ? ([['belongs to another user', (path: string) => chownSync(path, 65_534, 65_534)]] as const) : []
  test.each([
    ['has another name, which would share the bytes', (path: string) => linkSync(path, `${path}.other`)],
    ...others,
  ] as const)('is a copy if the file %s', async (_, change) => {
    const [folder, path] = [newFolder(), outside()]
    change(path)
    const storage = diskStorage(folder)
    const draft = await storage.draftOfPath(path)
    await draft.sealed.publish('a')
    expect(inode(join(folder, 'a'))).not.toBe(inode(path))
    expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o644)
    expect(statSync(path).mode & 0o777).toBe(0o640)
    expect([await draft.remove(), existsSync(path)]).toEqual([true, false])
  })

  test('leaves another file alone that has the path by now', async () => {
    const path = outside()
    const draft = await diskStorage(newFolder()).draftOfPath(path)
    renameSync(path, `${path}.moved`)
    writeFileSync(path, 'another')
    expect([await draft.isThere(), await draft.remove()]).toEqual([false, false])
    expect(readFileSync(path, 'utf8')).toBe('another')
    await draft.sealed.discard()
  })

  test('stays at its path if the draft is discarded', async () => {
    const [folder, path] = [newFolder(), outside()]
    const draft = await diskStorage(folder).draftOfPath(path)
    await draft.sealed.discard()
    expect(readFileSync(path, 'utf8')).toBe('text')
    expect(drafts(folder)).toEqual([])
  })

  test.each([
    ['a symlink', (path: string) => symlinkSync(outside(), path)],
    ['a broken symlink', (path: string) => symlinkSync('/nowhere', path)],
    ['a folder', (path: string) => mkdirSync(path)],
    ['nothing', () => {}],
  ])('is refused with a TypeError if the path leads to %s', async (_, make) => {
    const [folder, path] = [newFolder(), join(newFolder(), 'path')]
    make(path)
    const storage = diskStorage(folder)
    await store(storage, 'first', 'x')
    await expect(storage.draftOfPath(path)).rejects.toThrow(TypeError)
    await expect(storage.draftOfPath(path)).rejects.toThrow(`There is no regular file at ${path}`)
    expect(drafts(folder)).toEqual([])
  })

  test('is refused with a TypeError for a file of the storage itself, also by another path to it', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    await store(storage, 'a/b', 'x')
    const detour = join(newFolder(), 'detour')
    symlinkSync(folder, detour)
    for (const path of [storage.path('a/b'), join(detour, 'a', 'b'), join(folder, '.decant', 'format')]) {
      await expect(storage.draftOfPath(path)).rejects.toThrow('lies in the folder of the storage')
    }
    // A sibling with the same beginning is outside.
    writeFileSync(`${folder}.txt`, 'x')
    await (await storage.draftOfPath(`${folder}.txt`)).sealed.discard()
  })

  test.each(['', 7, undefined, { path: '/etc/passwd' }])('takes a path only as text: %j', async (path) => {
    const storage = diskStorage(newFolder())
    const call = (value: string): Promise<unknown> => storage.draftOfPath(value)
    await expect(Reflect.apply(call, undefined, [path])).rejects.toThrow('must be a string')
  })
})
