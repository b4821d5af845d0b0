import { closeSync, constants, fstatSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { DiskCalls } from './disk-calls.ts'
import { FileWriter } from './file-writer.ts'

const base = mkdtempSync(join(tmpdir(), 'decant-writer-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

let count = 0

function target(open: (path: string) => number = (path) => openSync(path, 'wx')) {
  const path = join(base, `file-${count++}`)
  const state = { path, descriptor: -1, removed: 0 }
  return {
    ...state,
    state,
    async open(): Promise<number> {
      state.descriptor = open(path)
      return state.descriptor
    },
    async remove(): Promise<void> {
      state.removed++
      rmSync(path, { force: true })
    },
  }
}

const atOnce = new DiskCalls()
await atOnce.look(base)

describe.each([
  ['by threads', new DiskCalls()],
  ['at once', atOnce],
])('with calls %s', (_, calls) => {
  test('returns a promise above the high-water mark, and not below it', async () => {
    const file = target()
    const writer = new FileWriter(file, { highWaterMark: 10_000, calls })
    expect(writer.append(new Uint8Array(5000))).toBeUndefined()
    const pressure = writer.append(new Uint8Array(6000))
    expect(pressure).toBeInstanceOf(Promise)
    expect(writer.append(new Uint8Array(1))).toBe(pressure)
    await pressure
    expect(writer.append(new Uint8Array(5000))).toBeUndefined()
    await writer.finish()
    expect(readFileSync(file.path)).toHaveLength(16_001)
  })

  test('writes a large piece by a thread, even at the beginning of a file, so that other files need not wait', async () => {
    const write = vi.spyOn(calls, 'write')
    const file = target()
    const writer = new FileWriter(file, { highWaterMark: 1024 * 1024, calls })
    await writer.append(new Uint8Array(8 * 1024 * 1024))
    void writer.append(new Uint8Array(1))
    const flushed = writer.flush()
    await writer.append(new Uint8Array(8 * 1024 * 1024))
    await flushed
    await writer.finish()
    const sizes = write.mock.calls.map(([, chunks]) => chunks.reduce((sum, { length }) => sum + length, 0))
    expect(Math.max(...sizes)).toBeLessThan(4 * 1024 * 1024)
    expect(readFileSync(file.path)).toHaveLength(16 * 1024 * 1024 + 1)
    write.mockRestore()
  })

  test('counts the cost of a chunk in addition to its bytes', async () => {
    const writer = new FileWriter(target(), { highWaterMark: 1024 * 1024, calls })
    let taken = 0
    while (writer.append(new Uint8Array(1)) === undefined) taken++
    expect(taken).toBeLessThan(10_000)
    await writer.finish()
  })

  test('writes the bytes in order, in whichever chunks they come', async () => {
    const file = target()
    const writer = new FileWriter(file, { highWaterMark: 1000, calls })
    let expected = ''
    for (let index = 0; index < 5000; index++) {
      expected += `${index},`
      void writer.append(Buffer.from(`${index},`))
      if (index % 700 === 0) await writer.flush()
    }
    await writer.finish()
    expect(readFileSync(file.path, 'utf8')).toBe(expected)
  })

  test.runIf(process.platform === 'linux')(
    'reports a full disk to every waiting call, and closes and removes the file',
    async () => {
      const file = target(() => openSync('/dev/full', 'w'))
      const writer = new FileWriter(file, { highWaterMark: 10, calls })
      const waiting = writer.append(new Uint8Array(100))
      const full = { code: 'storage-full', cause: { code: 'ENOSPC' } }
      await expect(waiting).rejects.toMatchObject(full)
      await expect(writer.append(new Uint8Array(1))).rejects.toMatchObject(full)
      await expect(writer.flush()).rejects.toMatchObject(full)
      await expect(writer.truncate(0)).rejects.toMatchObject(full)
      await expect(writer.finish()).rejects.toMatchObject(full)
      expect(file.state.removed).toBe(1)
      expect(() => fstatSync(file.state.descriptor)).toThrow('EBADF')
    },
  )

  test('fails if the system refuses to write', async () => {
    const file = target((path) => openSync(path, constants.O_RDONLY | constants.O_CREAT))
    const writer = new FileWriter(file, { highWaterMark: 10, calls })
    void writer.append(new Uint8Array(1))
    await expect(writer.finish()).rejects.toMatchObject({ code: 'storage-failed', cause: { code: 'EBADF' } })
    expect(file.state.removed).toBe(1)
    expect(() => fstatSync(file.state.descriptor)).toThrow('EBADF')
  })

  test('fails if the file does not have as many bytes as were written', async () => {
    const file = target((path) => openSync(path, 'wx'))
    const writer = new FileWriter(file, { highWaterMark: 10, calls })
    void writer.append(new Uint8Array(100))
    await writer.flush()
    const other = openSync(file.path, 'r+')
    closeSync(openSync(file.path, 'w'))
    closeSync(other)
    await expect(writer.finish()).rejects.toMatchObject({ code: 'storage-failed' })
    expect(file.state.removed).toBe(1)
  })

  test('closes and removes the file when it is aborted in the middle of a write', async () => {
    const isOpen = Promise.withResolvers<void>()
    const file = target((path) => {
      isOpen.resolve()
      return openSync(path, 'wx')
    })
    const writer = new FileWriter(file, { highWaterMark: 10, calls })
    const waiting = writer.append(new Uint8Array(50_000_000))
    void writer.append(new Uint8Array(50_000_000))
    const flushing = writer.flush()
    await isOpen.promise
    const reason = new TypeError('enough')
    await Promise.all([
      writer.abort(reason),
      expect(waiting).rejects.toBe(reason),
      expect(flushing).rejects.toBe(reason),
    ])
    expect(file.state.removed).toBe(1)
    expect(() => fstatSync(file.state.descriptor)).toThrow('EBADF')
  })

  test('fails with the error of `beforeWrite`, and writes nothing more', async () => {
    const file = target()
    const asked: number[] = []
    const writer = new FileWriter(
      {
        open: () => file.open(),
        remove: () => file.remove(),
        async beforeWrite(written) {
          asked.push(written)
          if (written > 0) throw new TypeError('There is no more room.')
        },
      },
      { highWaterMark: 1000, calls },
    )
    await writer.append(new Uint8Array(5000))
    await expect(writer.append(new Uint8Array(5000))).rejects.toThrow('There is no more room.')
    await expect(writer.finish()).rejects.toThrow('There is no more room.')

    expect(asked).toEqual([0, 5000])
    expect(file.state.removed).toBeGreaterThan(0)
  })

  test('writes a small file when it is whole, and not before', async () => {
    const file = target()
    const writer = new FileWriter(file, { highWaterMark: 1_000_000, calls })
    for (let times = 0; times < 10; times++) expect(writer.append(new Uint8Array(5000))).toBeUndefined()
    expect(readFileSync(file.path)).toHaveLength(0)
    expect((await writer.finish()).size).toBe(50_000n)
    expect(readFileSync(file.path)).toHaveLength(50_000)
  })

  test('writes waiting bytes early if many files together have too many of them', async () => {
    const files = Array.from({ length: 101 }, () => target())
    const writers = files.map((file) => new FileWriter(file, { highWaterMark: 1_000_000, calls }))
    for (const writer of writers) void writer.append(new Uint8Array(200_000))
    // When the bytes of the last file came, too many were waiting.
    await expect.poll(() => readFileSync(files.at(-1)?.path ?? '').length).toBe(200_000)
    await Promise.all(writers.map((writer) => writer.abort(new Error('enough'))))
  })

  test('gives the memory of what was given to it back once it is written, and touches nothing else', async () => {
    const file = target()
    const writer = new FileWriter(file, { highWaterMark: 1_000_000, calls })
    const given = new Uint8Array(10_000).fill(1)
    const kept = new Uint8Array(10_000).fill(2)
    const part = new Uint8Array(20_000).fill(3)
    void writer.append(given, true)
    void writer.append(kept)
    void writer.append(part.subarray(0, 10_000), true)
    expect(given).toHaveLength(10_000)
    await writer.finish()
    expect(given).toHaveLength(0)
    expect([kept.length, part.length]).toEqual([10_000, 20_000])
    expect(readFileSync(file.path)).toEqual(Buffer.concat([1, 2, 3].map((byte) => Buffer.alloc(10_000, byte))))
  })
})
