import { expect, test } from 'vitest'
import { collect } from '../fixtures/collect.ts'
import { someBytes } from '../fixtures/form-body.ts'
import { createSpool, saveFile } from './memory-spool.ts'
import * as fileSpool from './file-spool.ts'
import * as memorySpool from './memory-spool.ts'
import type { SpoolModule } from './spool.ts'

test('both modules that #spool stands for have the same exports', () => {
  const modules: SpoolModule[] = [fileSpool, memorySpool]
  expect(modules.map((module) => Object.keys(module).toSorted())).toEqual([
    ['createSpool', 'saveFile'],
    ['createSpool', 'saveFile'],
  ])
})

test('without a file system everything stays in memory, can be read again, and is gone after dispose', async () => {
  const spool = createSpool({ memoryLimit: 1, totalMemoryLimit: 1 })
  const file = spool.openFile()
  void file.append(someBytes(100_000).subarray(0, 60_000))
  void file.append(someBytes(100_000).subarray(60_000))
  expect(file.finish()).toBeUndefined()
  expect(file.size).toBe(100_000)
  const read = () => collect(file.stream())
  expect(await read()).toEqual(someBytes(100_000))
  expect(await read()).toEqual(someBytes(100_000))
  await spool.dispose()
  await expect(read()).rejects.toThrow(/The upload is closed/)
  expect(file.size).toBe(100_000)
})

test('save says that there is no file system', async () => {
  const refusal = saveFile('a.txt', createSpool({ memoryLimit: 1, totalMemoryLimit: 1 }).openFile().stream(), {})
  await expect(refusal).rejects.toThrow(TypeError)
  await expect(refusal).rejects.toThrow(/Give the file to an upload set/)
})
