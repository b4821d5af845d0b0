import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { collect } from '../receive/fixtures/collect.ts'
import { someBytes } from '../receive/fixtures/form-body.ts'
import { openFilesIn } from './fixtures/open-files.ts'
import { temporaryFolders } from '../receive/fixtures/temporary-folders.ts'
import { TemporaryFile } from './temporary-file.ts'

const newFolder = temporaryFolders()

const closedFile = (): TypeError => new TypeError('The file is closed.')

test('a temporary file has no name, can be read again and again, and is gone when it is disposed of', async () => {
  const folder = newFolder()
  const file = new TemporaryFile(folder, closedFile)
  await file.append(someBytes(1_000_000))
  await file.append(someBytes(10))
  await file.flush()
  expect(readdirSync(folder)).toEqual([])
  const bytes = new Uint8Array(Buffer.concat([someBytes(1_000_000), someBytes(10)]))
  expect(await collect(file.stream(0, 1_000_010))).toEqual(bytes)
  expect(await collect(file.stream(999_999, 1_000_005))).toEqual(bytes.subarray(999_999, 1_000_005))
  await file.dispose()
  await file.dispose()
  expect(openFilesIn(folder)).toEqual([])
  await expect(collect(file.stream(0, 10))).rejects.toThrow(/The file is closed/)
})

test('one that is disposed of before it is open is never read: its number may be that of another file', async () => {
  const folder = newFolder()
  const file = new TemporaryFile(folder, closedFile)
  file.append(someBytes(10))?.catch(() => {})
  await file.dispose()
  await expect(file.stream(0, 10).next()).rejects.toThrow(/The file is closed/)
  await expect(file.flush()).rejects.toThrow(TypeError)
  expect([readdirSync(folder), openFilesIn(folder)]).toEqual([[], []])
})
