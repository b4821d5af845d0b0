import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { verifyFiles } from './verify-files.ts'

const block = Uint8Array.from({ length: 251 }, (_, index) => index)
const SIZE = 100_000
const bytes = Uint8Array.from({ length: SIZE }, (_, index) => index % 251)
const expected = [{ count: 2, size: SIZE }]
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'decant-verify-'))
  writeFileSync(join(folder, 'a'), bytes)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('files that were stored as they were sent pass, wherever below the folder, beside what a server keeps for itself', () => {
  mkdirSync(join(folder, 'b'))
  mkdirSync(join(folder, '.decant'))
  writeFileSync(join(folder, 'b', 'c'), bytes)
  writeFileSync(join(folder, '.decant', 'format'), '1')
  expect(() => verifyFiles(folder, expected, block)).not.toThrow()
})

test('a file that is not there is found', () => {
  expect(() => verifyFiles(folder, expected, block)).toThrow('1 files of 100000 bytes were stored, not 2 of 200000')
})

test('a file that is cut off is found', () => {
  writeFileSync(join(folder, 'b'), bytes.subarray(1))
  expect(() => verifyFiles(folder, expected, block)).toThrow('2 files of 199999 bytes were stored')
})

test('a file whose bytes are in the wrong place is found', () => {
  writeFileSync(join(folder, 'b'), Buffer.concat([bytes.subarray(1), Buffer.from('.')]))
  expect(() => verifyFiles(folder, expected, block)).toThrow('has other bytes near 0')
})
