import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeFolders } from './make-folders.ts'

const base = mkdtempSync(join(tmpdir(), 'make-folders-'))
beforeAll(() => {
  writeFileSync(join(base, 'file'), '')
  symlinkSync('nowhere', join(base, 'dangling'))
  symlinkSync('.', join(base, 'here'))
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

test.each(['a', 'b/c/d/e', '.', 'a', 'b/c/f', 'here', 'here/g'])('%s is a folder after `makeFolders`', async (name) => {
  await makeFolders(join(base, name))
  expect(statSync(join(base, name)).isDirectory()).toBe(true)
})

test('a folder exists after ten callers made it at the same time', async () => {
  await Promise.all(Array.from({ length: 10 }, () => makeFolders(join(base, 'many/at/once'))))
  expect(statSync(join(base, 'many/at/once')).isDirectory()).toBe(true)
})

describe('`makeFolders` rejects with the error of the system for', () => {
  test.each([
    ['file', 'EEXIST'],
    ['file/below', 'ENOTDIR'],
    ['file/far/below', 'ENOTDIR'],
    ['dangling', 'EEXIST'],
  ])('%s: %s', async (name, code) => {
    await expect(makeFolders(join(base, name))).rejects.toMatchObject({ code })
  })

  test.runIf(process.platform === 'linux')('a folder that takes no others, at any depth', async () => {
    await expect(makeFolders('/proc/decant')).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(makeFolders('/proc/decant/far/below')).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
