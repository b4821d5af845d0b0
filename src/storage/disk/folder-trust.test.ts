import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getuid } from 'node:process'
import { afterAll, describe, expect, test } from 'vitest'
import { diskStorage } from './disk-storage.ts'
import type { DiskStorage } from './disk-storage.ts'
import { FolderTrust } from './folder-trust.ts'
import type { Ownership } from './folder-trust.ts'

const RECORD = { filename: 'Cat.TXT', type: 'text/plain' }
const FORGED = { filename: 'Forged.HTML', type: 'text/html' }
const KEPT = 'a'.repeat(32)
const OTHER = 65534

const base = mkdtempSync(join(tmpdir(), 'decant-trust-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

function newFolder(): string {
  return mkdtempSync(join(base, 'folder-'))
}

async function store(storage: DiskStorage, key: string): Promise<unknown> {
  const draft = storage.createDraft()
  await draft.append(new TextEncoder().encode('hello'))
  return (await draft.seal()).publish(key, RECORD)
}

/** A folder with a stored file, and with the private folder that Decant makes. */
async function usedFolder(): Promise<string> {
  const folder = newFolder()
  const storage = diskStorage(folder)
  await store(storage, 'old.txt')
  await storage.close()
  return folder
}

/** Puts files into the private folder, as another user with access would. */
async function plant(folder: string): Promise<void> {
  const own = join(folder, '.decant')
  // Decant itself writes this draft, so it would be trusted.
  const storage = diskStorage(folder)
  const draft = storage.createDraft()
  await draft.append(new TextEncoder().encode('never checked'))
  const sealed = await draft.seal()
  await sealed.keep?.(new Date(Date.now() + 3_600_000), 'note')
  await storage.close()
  const transaction = join(own, 'prepared', `${'b'.repeat(32)}@none`)
  mkdirSync(transaction)
  writeFileSync(join(transaction, 'verdict'), 'publish')
  writeFileSync(join(transaction, '0'), 'never checked')
  writeFileSync(join(transaction, '0.json'), JSON.stringify({ number: 0, key: 'planted.txt', version: '1' }))
}

function keptIn(folder: string): string {
  return readdirSync(join(folder, '.decant', 'drafts', 'expiring')).find((name) => /^[\da-f]{32}$/.test(name)) ?? KEPT
}

/** A fault of a folder, and the sentence about it. */
type Fault = readonly [name: string, spoil: (path: string) => void, sentence: RegExp]

const NOT_OURS: readonly Fault[] =
  getuid?.() === 0
    ? [
        [
          'that belongs to another user',
          (path) => chownSync(path, OTHER, OTHER),
          /belongs to the user 65534, and this process runs as root\. Run Decant as the user 65534, or run "chown -R 0 \S+\.decant" if/,
        ],
      ]
    : []

const FAULTS: readonly Fault[] = [
  ...NOT_OURS,
  [
    'to which the group may write',
    (path) => chmodSync(path, 0o770),
    /^Other users may write to \S+ \(permissions 770\)\. Run "chmod -R go-w \S+\.decant" if/,
  ],
  ['to which all may write', (path) => chmodSync(path, 0o707), /^Other users may write to \S+ \(permissions 707\)\./],
  [
    'that is a symlink to another folder',
    (path) => {
      rmSync(path, { recursive: true })
      symlinkSync(newFolder(), path)
    },
    /^\S+ is not a folder\. Remove it\.$/,
  ],
]

const PLACES = ['', 'drafts', 'drafts/expiring', 'records', 'prepared', 'reserved']

describe.each(FAULTS)('a private folder %s', (_, spoil, sentence) => {
  test.each(PLACES)('is refused by every call that writes, deletes, claims or sweeps: .decant/%s', async (place) => {
    const folder = await usedFolder()
    const path = join(folder, '.decant', place)
    await plant(folder)
    const id = keptIn(folder)
    spoil(path)
    const storage = diskStorage(folder)
    const refusal = expect.objectContaining({ name: 'TypeError', message: expect.stringMatching(sentence) })
    await expect(store(storage, 'new.txt')).rejects.toEqual(refusal)
    await expect(storage.sweep()).rejects.toEqual(refusal)
    await expect(storage.claim(id)).rejects.toEqual(refusal)
    await expect(storage.delete('old.txt')).rejects.toEqual(refusal)
    await storage.close()
    expect(readdirSync(folder).toSorted()).toEqual(['.decant', 'old.txt'])
  })

  test('is not trusted by readers, which get files without records, and the process warns once', async () => {
    const folder = await usedFolder()
    const forging = diskStorage(folder)
    await forging.delete('old.txt')
    const draft = forging.createDraft()
    await draft.append(new TextEncoder().encode('hello'))
    await (await draft.seal()).publish('old.txt', FORGED)
    await forging.close()
    spoil(join(folder, '.decant', 'drafts'))
    const warnings: string[] = []
    const collect = ({ name, message }: Error): void => void (name === 'DecantWarning' && warnings.push(message))
    process.on('warning', collect)
    const storage = diskStorage(folder)
    expect((await storage.stat('old.txt'))?.record).toBeUndefined()
    expect((await storage.list()).entries.map(({ key, record }) => [key, record])).toEqual([['old.txt', undefined]])
    await expect.poll(() => warnings).toEqual([expect.stringMatching(sentence)])
    process.off('warning', collect)
  })
})

test('a private folder is used again as soon as it is mended', async () => {
  const folder = await usedFolder()
  chmodSync(join(folder, '.decant'), 0o777)
  const storage = diskStorage(folder)
  await expect(store(storage, 'new.txt')).rejects.toThrow(TypeError)
  chmodSync(join(folder, '.decant'), 0o700)
  expect(await store(storage, 'new.txt')).toBeDefined()
  expect((await storage.stat('old.txt'))?.record).toEqual(RECORD)
})

test('the check of a private folder that looks wrong leaves no file behind', async () => {
  const folder = await usedFolder()
  chmodSync(join(folder, '.decant'), 0o777)
  await expect(diskStorage(folder).sweep()).rejects.toThrow(TypeError)
  expect(readdirSync(folder).toSorted()).toEqual(['.decant', 'old.txt'])
})

describe('an owner and permissions that look wrong', () => {
  const user = getuid?.() ?? 0
  const made = (uid: number, mode: number) => async (): Promise<Ownership> => ({ uid, mode: 0o100_000 | mode })

  async function check(viewed: number, mode: number, tryFile: () => Promise<Ownership | undefined>): Promise<boolean> {
    const root = newFolder()
    const path = join(root, '.decant')
    mkdirSync(path)
    chmodSync(path, mode)
    return new FolderTrust(root, path, { user: () => viewed, tryFile }).check(path)
  }

  test.each([
    ['a mount that gives all files to one user (FAT, SMB, NFS for root)', user + 1, 0o700, made(user, 0o600)],
    ['a mount that lets all users write to all files', user, 0o777, made(user, 0o777)],
    ['a mount that does both', user + 1, 0o777, made(user, 0o777)],
  ])('do not count if a new file has them, too, as on %s', async (_, viewed, mode, tryFile) => {
    expect(await check(viewed, mode, tryFile)).toBe(true)
  })

  test.each([
    ['a new file has another owner', user + 1, 0o700, made(user + 1, 0o600)],
    ['a new file has the permissions that it was made with', user, 0o777, made(user, 0o600)],
    ['a new file has this owner, but the permissions that it was made with', user + 1, 0o777, made(user, 0o600)],
    ['a new file cannot be made', user + 1, 0o700, async () => undefined],
    ['a new file cannot be made beside a folder to which all users may write', user, 0o777, async () => undefined],
  ])('count if %s', async (_, viewed, mode, tryFile) => {
    await expect(check(viewed, mode, tryFile)).rejects.toThrow(TypeError)
  })

  test('are not checked on a system without them', async () => {
    const root = newFolder()
    const viewer = { user: () => undefined, tryFile: made(user, 0o600) }
    chmodSync(root, 0o777)
    expect(await new FolderTrust(root, root, viewer).check(root)).toBe(true)
  })
})
