import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { DiskPatience } from './disk-patience.ts'

afterEach(() => void vi.useRealTimers())

/** The patience with a disk of this machine. */
async function localDisk(): Promise<DiskPatience> {
  const folder = mkdtempSync(join(tmpdir(), 'decant-patience-'))
  const patience = new DiskPatience()
  await patience.look(folder)
  rmSync(folder, { recursive: true })
  vi.useFakeTimers({ toFake: ['performance'] })
  return patience
}

function answer(patience: DiskPatience, tookMs: number): void {
  const start = performance.now()
  vi.advanceTimersByTime(tookMs)
  patience.heed(start)
}

describe.runIf(process.platform === 'linux')('a disk', () => {
  test('a disk of the machine itself is asked at once, once it is known to be one', async () => {
    expect(new DiskPatience().lasts).toBe(false)
    expect((await localDisk()).lasts).toBe(true)
  })

  test('a file system that is not of the machine itself is never asked at once', async () => {
    // The system makes the content of these files while their reader waits.
    const patience = new DiskPatience()
    await patience.look('/proc')
    expect(patience.lasts).toBe(false)
  })

  test('a folder that does not exist is never asked at once', async () => {
    const patience = new DiskPatience()
    await patience.look('/nowhere/at/all')
    expect(patience.lasts).toBe(false)
  })

  test('a single slow answer proves nothing', async () => {
    const patience = await localDisk()
    answer(patience, 500)
    expect(patience.lasts).toBe(true)
  })

  test('a disk that was slow again and again is not asked at once for a while', async () => {
    const patience = await localDisk()
    for (let time = 0; time < 3; time += 1) answer(patience, 100)
    expect(patience.lasts).toBe(false)
    vi.advanceTimersByTime(2499)
    expect(patience.lasts).toBe(false)
    vi.advanceTimersByTime(1)
    expect(patience.lasts).toBe(true)
    // The disk has not regained trust yet.
    answer(patience, 10)
    expect(patience.lasts).toBe(false)
  })

  test('a disk is asked at once again after enough quick answers', async () => {
    const patience = await localDisk()
    for (let time = 0; time < 20; time += 1) {
      answer(patience, 100)
      for (let quick = 0; quick < 20; quick += 1) answer(patience, 0)
    }
    expect(patience.lasts).toBe(true)
  })
})
