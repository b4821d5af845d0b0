import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { DiskCalls } from './disk-calls.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  syncBuiltinESMExports()
})

test.runIf(process.platform === 'linux')(
  'calls to a disk that takes long to fail are made by threads, too',
  async () => {
    const calls = new DiskCalls()
    await calls.look(tmpdir())
    vi.useFakeTimers({ toFake: ['performance'] })
    const failSlowly = vi.spyOn(fs, 'unlinkSync').mockImplementation(() => {
      vi.advanceTimersByTime(1000)
      throw new Error('EIO: i/o error, unlink')
    })
    syncBuiltinESMExports()
    const path = join(tmpdir(), 'decant-that-is-not-there')
    for (let time = 0; time < 3; time += 1) expect(() => calls.unlink(path)).toThrow('EIO')
    await expect(calls.unlink(path)).rejects.toThrow('ENOENT')
    expect(failSlowly).toHaveBeenCalledTimes(3)
  },
)

test.runIf(process.platform === 'linux')('a folder is said to have no folders only if it has none', async () => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'decant-links-'))
  const calls = new DiskCalls()
  expect(calls.hasNoFolders(folder)).toBe(false)
  await calls.look(folder)
  // Some file systems do not count.
  const areCounted = fs.lstatSync(folder).nlink === 2
  fs.writeFileSync(join(folder, 'file'), '')
  expect(calls.hasNoFolders(folder)).toBe(areCounted)
  fs.mkdirSync(join(folder, 'aside'))
  fs.mkdirSync(join(folder, 'aside', 'in'))
  expect(calls.hasNoFolders(folder)).toBe(false)
  fs.rmdirSync(join(folder, 'aside', 'in'))
  fs.mkdirSync(join(folder, 'place'))
  fs.renameSync(join(folder, 'aside'), join(folder, 'place', 'in'))
  expect(calls.hasNoFolders(join(folder, 'place'))).toBe(false)
  expect(calls.hasNoFolders(join(folder, 'missing'))).toBe(false)
  fs.rmSync(folder, { recursive: true })
})
