import { lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toUploadError } from '../../errors/to-upload-error.ts'
import { openFilesIn } from '../../file/fixtures/open-files.ts'
import { someBytes } from '../fixtures/form-body.ts'
import { temporaryFolders } from '../fixtures/temporary-folders.ts'
import { saveFile } from './save-file.ts'

const newFolder = temporaryFolders()

async function* chunks(...parts: (Uint8Array | Error)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Error) throw part
    yield part
  }
}

const TEXT = new TextEncoder().encode('new')

test('a file is written whole, an empty one too', async () => {
  const folder = newFolder()
  await saveFile(join(folder, 'large'), chunks(someBytes(1_500_000), someBytes(10)), {})
  await saveFile(join(folder, 'empty'), chunks(), {})
  expect(readFileSync(join(folder, 'large')).equals(Buffer.concat([someBytes(1_500_000), someBytes(10)]))).toBe(true)
  expect(readFileSync(join(folder, 'empty'))).toHaveLength(0)
  expect(readdirSync(folder).toSorted()).toEqual(['empty', 'large'])
  expect(openFilesIn(folder)).toEqual([])
})

test('it has the permissions of any new file', async () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'plain'), '')
  await saveFile(join(folder, 'saved'), chunks(TEXT), {})
  expect(statSync(join(folder, 'saved')).mode).toBe(statSync(join(folder, 'plain')).mode)
})

test('the path does not exist until the file is whole', async () => {
  const folder = newFolder()
  const seen: string[][] = []
  async function* source(): AsyncGenerator<Uint8Array> {
    yield someBytes(100_000)
    seen.push(readdirSync(folder))
    yield someBytes(100_000)
    seen.push(readdirSync(folder))
  }
  await saveFile(join(folder, 'a'), source(), {})
  expect(seen.flat().filter((name) => !/^\.decant-[\w.-]+\.[0-9a-f]{32}$/.test(name))).toEqual([])
  expect(readdirSync(folder)).toEqual(['a'])
})

test('a source that fails in the middle leaves nothing, and its error is reported', async () => {
  const folder = newFolder()
  const failure = new Error('gone')
  await expect(saveFile(join(folder, 'a'), chunks(someBytes(2_000_000), failure), {})).rejects.toMatchObject({
    code: 'storage-failed',
    cause: failure,
  })
  expect(readdirSync(folder)).toEqual([])
  expect(openFilesIn(folder)).toEqual([])
})

test('a missing folder is a TypeError for the developer, and a client learns no path', async () => {
  const missing = join(newFolder(), 'missing')
  const failure: unknown = await saveFile(join(missing, 'a'), chunks(someBytes(10)), {}).catch(
    (error: unknown) => error,
  )
  expect(failure).toBeInstanceOf(TypeError)
  expect(String(failure)).toContain(`There is no folder ${missing} to save a file into.`)
  expect(toUploadError(failure).message).not.toContain('missing')
})

test('a name that is taken is refused, and its file stays', async () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'a'), 'old')
  await expect(saveFile(join(folder, 'a'), chunks(TEXT), {})).rejects.toMatchObject({
    code: 'name-taken',
    status: 409,
    details: { key: 'a' },
  })
  expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('old')
  expect(readdirSync(folder)).toEqual(['a'])
})

test('of twenty saves under one name at once, one succeeds and nineteen are refused', async () => {
  const folder = newFolder()
  const saves = Array.from({ length: 20 }, (_, index) =>
    saveFile(join(folder, 'a'), chunks(new Uint8Array(100_000).fill(index)), {}),
  )
  const results = await Promise.allSettled(saves)
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(readdirSync(folder)).toEqual(['a'])
  const bytes = readFileSync(join(folder, 'a'))
  expect(bytes.equals(new Uint8Array(100_000).fill(bytes[0] ?? 0))).toBe(true)
})

test('overwrite replaces in one step: a reader that has the old file open goes on reading it', async () => {
  const folder = newFolder()
  const path = join(folder, 'a')
  writeFileSync(path, 'old')
  const before = statSync(path).ino
  await saveFile(path, chunks(TEXT), { overwrite: true })
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(statSync(path).ino).not.toBe(before)
  await expect(saveFile(path, chunks(TEXT, new Error('gone')), { overwrite: true })).rejects.toThrow(
    'could not be stored',
  )
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(readdirSync(folder)).toEqual(['a'])
})

test('a symlink is never written through: it counts as taken', async () => {
  const { path, target } = plantedLink()
  await expect(saveFile(path, chunks(TEXT), {})).rejects.toMatchObject({ code: 'name-taken' })
  expect(readFileSync(target, 'utf8')).toBe('precious')
})

test('a symlink is never written through: overwrite replaces the link itself', async () => {
  const { path, target } = plantedLink()
  await saveFile(path, chunks(TEXT), { overwrite: true })
  expect(readFileSync(target, 'utf8')).toBe('precious')
  expect(lstatSync(path).isSymbolicLink()).toBe(false)
  expect(readFileSync(path, 'utf8')).toBe('new')
})

function plantedLink(): { path: string; target: string } {
  const path = join(newFolder(), 'a')
  const target = join(newFolder(), 'target')
  writeFileSync(target, 'precious')
  symlinkSync(target, path)
  return { path, target }
}

test('a dangling symlink counts as taken', async () => {
  const folder = newFolder()
  symlinkSync(join(folder, 'nowhere'), join(folder, 'a'))
  await expect(saveFile(join(folder, 'a'), chunks(TEXT), {})).rejects.toMatchObject({ code: 'name-taken' })
  expect(readdirSync(folder)).toEqual(['a'])
})

test('a folder of that name is not replaced', async () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'a'))
  await expect(saveFile(join(folder, 'a'), chunks(TEXT), {})).rejects.toMatchObject({ code: 'name-taken' })
  await expect(saveFile(join(folder, 'a'), chunks(TEXT), { overwrite: true })).rejects.toMatchObject({
    code: 'storage-failed',
  })
  expect(readdirSync(folder)).toEqual(['a'])
})
