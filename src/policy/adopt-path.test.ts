import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UploadError } from '../errors/upload-error.ts'
import { diskStorage } from '../storage/disk/disk-storage.ts'
import { fakeFile } from '../testing/fake-file.ts'
import { failingStorage } from '../testing/failing-storage.ts'
import { diskSet, everyFile, memorySet } from './fixtures/sets.ts'

let folder = ''
let outside = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'decant-adopt-path-'))
  outside = mkdtempSync(join(tmpdir(), 'decant-outside-'))
})
afterEach(() => {
  for (const each of [folder, outside]) rmSync(each, { recursive: true, force: true })
})

function written(name: string, bytes: string | Uint8Array = 'abc'): string {
  const path = join(outside, name)
  writeFileSync(path, bytes)
  return path
}

describe('adoptPath', () => {
  test('makes a file on the disk a stored file, and removes it from its path', async () => {
    const path = written('Out put.txt')
    const { ino } = statSync(path)
    const set = diskSet(folder, { digest: 'sha-256' })
    expect(await set.adoptPath(path, { folder: 'made' })).toMatchObject({
      key: 'made/Out put.txt',
      filename: 'Out put.txt',
      size: 3,
      digest: 'sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:',
    })
    expect([statSync(join(folder, 'made', 'Out put.txt')).ino, existsSync(path)]).toEqual([ino, false])
  })

  test('names the file as it is told, and numbers a taken name', async () => {
    const set = diskSet(folder)
    for (const key of ['thumb.webp', 'thumb_1.webp']) {
      expect(await set.adoptPath(written('x81'), { name: 'thumb.webp' })).toMatchObject({ key, filename: 'thumb.webp' })
    }
  })

  test.each([
    ['its extension', 'type-not-allowed', { extensions: ['pdf'] }],
    ['its size', 'file-too-large', { maxFileSize: 2 }],
    ['its missing bytes', 'file-too-small', { minFileSize: 4 }],
    ['its content', 'type-mismatch', { content: 'verify' }],
    ['a check', 'content-refused', { checks: [refusing] }],
  ] as const)('leaves the file at its path if the set refuses it for %s', async (_, code, options) => {
    const path = written('a.png')
    await expect(diskSet(folder, options).adoptPath(path)).rejects.toMatchObject({ code })
    expect(readFileSync(path, 'utf8')).toBe('abc')
    expect(everyFile(folder)).toEqual([])
  })

  test('records the type that the content proves', async () => {
    const path = written('a.jpg', await fakeFile('a.png').bytes())
    expect(await diskSet(folder, { content: 'verify' }).adoptPath(path)).toMatchObject({ type: 'image/png' })
  })

  test('adopts nothing that is changed or removed while a check runs', async () => {
    const path = written('a.txt')
    for (const change of [() => writeFileSync(path, 'changed'), () => rmSync(path)]) {
      const set = diskSet(folder, { checks: [change] })
      await expect(set.adoptPath(path)).rejects.toThrow('was changed or removed while the set took it')
      expect(everyFile(folder)).toEqual([])
    }
  })

  test('leaves the file at its path if the storage fails', async () => {
    const path = written('a.txt')
    for (const step of ['draftOfPath', 'stream', 'publish']) {
      const set = memorySet({ storage: failingStorage(diskStorage(folder), { [step]: 1 }) })
      await expect(set.adoptPath(path)).rejects.toMatchObject({ code: 'storage-failed' })
      expect(readFileSync(path, 'utf8')).toBe('abc')
      expect(everyFile(folder)).toEqual([])
    }
  })

  test('is a TypeError for a symlink, and leaves both ends of it alone', async () => {
    const [path, link] = [written('a.txt'), join(outside, 'link.txt')]
    symlinkSync(path, link)
    await expect(diskSet(folder).adoptPath(link)).rejects.toThrow(TypeError)
    expect([existsSync(path), existsSync(link), everyFile(folder)]).toEqual([true, true, []])
  })

  test('is a TypeError for a storage without a disk, which says what to write', async () => {
    const adopting = memorySet().adoptPath(written('a.txt'))
    await expect(adopting).rejects.toThrow('Write save(createReadStream(path), { name }).')
  })

  test('stops at its signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(diskSet(folder).adoptPath(written('a.txt'), { signal })).rejects.toThrow('enough')
  })
})

function refusing({ filename }: { readonly filename: string }): never {
  throw new UploadError('content-refused', { filename, reason: 'it is dull' })
}
