import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { newFolder } from './new-folder.ts'

const base = mkdtempSync(join(tmpdir(), 'new-folder-'))
const umask = process.umask()
afterEach(() => {
  process.umask(umask)
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

function newParent(): string {
  return mkdtempSync(join(base, 'parent-'))
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o7777
}

/** Two permissions, before them as text for a title. */
function octal([one = 0, two = 0]: readonly number[]): [string, string, number, number] {
  return [one.toString(8), two.toString(8), one, two]
}

describe.skipIf(process.platform === 'win32')('a new folder', () => {
  test.each(
    [
      [0o700, 0o000],
      [0o700, 0o022],
      [0o755, 0o077],
      [0o770, 0o022],
      [0o777, 0o022],
      [0o1777, 0o022],
      [0o2770, 0o022],
    ].map(octal),
  )('has the permissions of its mode %s, even with the umask %s', async (_mode, _mask, mode, mask) => {
    const path = join(newParent(), 'folder')
    process.umask(mask)
    await newFolder(path, mode)
    expect(modeOf(path)).toBe(mode)
  })

  test.each(
    [
      [0o000, 0o777],
      [0o022, 0o755],
      [0o077, 0o700],
    ].map(octal),
  )('without a mode has the permissions that the umask %s leaves: %s', async (_mask, _mode, mask, mode) => {
    const path = join(newParent(), 'folder')
    process.umask(mask)
    await newFolder(path)
    expect(modeOf(path)).toBe(mode)
  })

  test('inherits the set-group-ID bit of the folder above it', async () => {
    const parent = newParent()
    chmodSync(parent, 0o2755)
    process.umask(0o022)
    await newFolder(join(parent, 'narrow'), 0o700)
    await newFolder(join(parent, 'wide'), 0o770)
    // Linux passes the bit on. Other systems pass the group on without it.
    const handedOn = process.platform === 'linux' ? 0o2000 : 0
    expect(modeOf(join(parent, 'narrow'))).toBe(0o700 | handedOn)
    expect(modeOf(join(parent, 'wide'))).toBe(0o770 | handedOn)
  })
})

test('a new folder under a taken name fails with the error of the system', async () => {
  const parent = newParent()
  symlinkSync(base, join(parent, 'link'))
  const before = modeOf(base)
  for (const name of ['link', '.'])
    await expect(newFolder(join(parent, name), 0o777)).rejects.toMatchObject({ code: 'EEXIST' })
  expect(modeOf(base)).toBe(before)
})
