import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { KiB, MiB } from '../../errors/byte-size.ts'
import { collect } from '../../receive/fixtures/collect.ts'
import { someBytes } from '../../receive/fixtures/form-body.ts'
import { PartMemory } from './part-memory.ts'
import { Part } from './part.ts'

async function contentOf(part: Part): Promise<Uint8Array> {
  return part.send(async (content) => {
    const body = content.open()
    return new Uint8Array(body instanceof Readable ? await buffer(body) : body)
  })
}

function isOnDisk(part: Part): Promise<boolean> {
  return part.send(async (content) => {
    const body = content.open()
    if (body instanceof Readable) body.destroy()
    return body instanceof Readable
  })
}

describe('a part', () => {
  test.each([false, true])('gives back its bytes, however they were cut (on the disk: %s)', async (onDisk) => {
    const bytes = someBytes(300 * KiB)
    const part = new Part(new PartMemory(), 4 * MiB, onDisk)
    for (let start = 0, step = 1; start < bytes.length; step = (step * 7 + 3) % 9973) {
      await part.append(bytes.subarray(start, start + step))
      start += step
    }
    expect(part.size).toBe(bytes.length)
    expect(await collect(part.stream(0, bytes.length))).toEqual(bytes)
    expect(await collect(part.stream(10, 50_000))).toEqual(bytes.subarray(10, 50_000))
    expect(await contentOf(part)).toEqual(bytes)
    expect(await isOnDisk(part)).toBe(onDisk)
    await part.truncate(1000)
    await part.append(bytes.subarray(0, 10))
    expect(await contentOf(part)).toEqual(
      new Uint8Array(Buffer.concat([bytes.subarray(0, 1000), bytes.subarray(0, 10)])),
    )
    await part.dispose()
    await part.dispose()
  })

  test('takes as much memory as it has bytes, in a few steps, and gives it back', async () => {
    const memory = new PartMemory()
    const part = new Part(memory, 8 * MiB, false)
    await part.append(someBytes(10))
    expect(memory.used).toBe(64 * KiB)
    await part.append(someBytes(100 * KiB))
    expect(memory.used).toBe(256 * KiB)
    await part.append(someBytes(7 * MiB))
    expect(memory.used).toBeLessThanOrEqual(8 * MiB)
    await part.dispose()
    expect(memory.used).toBe(0)
  })

  test('goes to the disk if there is no memory and none comes free', async () => {
    const memory = new PartMemory(128 * KiB)
    const bytes = someBytes(500 * KiB)
    const part = new Part(memory, MiB, false)
    for (let start = 0; start < bytes.length; start += 50 * KiB)
      await part.append(bytes.subarray(start, start + 50 * KiB))
    expect(memory.used).toBe(0)
    expect(await contentOf(part)).toEqual(bytes)
    expect(await isOnDisk(part)).toBe(true)
    await part.dispose()
  })

  test('waits for the memory of a part that is being sent, and keeps the bytes that come meanwhile', async () => {
    const memory = new PartMemory(64 * KiB)
    const first = new Part(memory, 64 * KiB, false)
    await first.append(someBytes(64 * KiB))
    const sent = Promise.withResolvers<void>()
    const sending = first.sendLast(() => sent.promise)
    const second = new Part(memory, 64 * KiB, false)
    const bytes = someBytes(3000)
    const waits = [second.append(bytes.subarray(0, 1000)), second.append(bytes.subarray(1000, 3000))]
    expect(waits.every((wait) => wait !== undefined)).toBe(true)
    sent.resolve()
    await sending
    for (const wait of waits) await wait
    expect(await isOnDisk(second)).toBe(false)
    expect(await contentOf(second)).toEqual(bytes)
    await second.dispose()
  })

  test('of a slow client gives its memory to others', async () => {
    let now = 0
    const memory = new PartMemory(128 * KiB, () => now)
    const slow = new Part(memory, 64 * KiB, false)
    const bytes = someBytes(60 * KiB)
    await slow.append(bytes)
    const other = new Part(memory, 64 * KiB, false)
    await other.append(bytes)
    now = 1000
    const fast = new Part(memory, 64 * KiB, false)
    await fast.append(bytes)
    expect(await Promise.all([slow, fast].map(isOnDisk))).toEqual([true, false])
    for (const part of [slow, other, fast]) {
      expect(await contentOf(part)).toEqual(bytes)
      await part.dispose()
    }
    expect(memory.used).toBe(0)
  })

  test('that is sent before it got memory does not wait for its own', async () => {
    const memory = new PartMemory(12 * MiB)
    const first = new Part(memory, 8 * MiB, false)
    const rival = new Part(memory, 8 * MiB, false)
    const part = new Part(memory, 8 * MiB, false)
    const bytes = someBytes(8 * MiB)
    await first.append(bytes.subarray(0, 5 * MiB))
    await part.append(bytes.subarray(0, 5 * MiB))
    const sent = Promise.withResolvers<void>()
    const sending = first.sendLast(() => sent.promise)
    // The rival gets all that comes free.
    const waits = [rival.append(bytes.subarray(0, 6 * MiB)), part.append(bytes.subarray(5 * MiB))]
    const partSending = part.sendLast(async (body) => body.size)
    sent.resolve()
    await sending
    for (const wait of waits) await wait
    expect(await partSending).toBe(8 * MiB)
    await rival.dispose()
    expect(memory.used).toBe(0)
  })

  test('that is disposed of while it waits for memory ends the waiting', async () => {
    const memory = new PartMemory(64 * KiB)
    const first = new Part(memory, 64 * KiB, false)
    await first.append(someBytes(64 * KiB))
    const sent = Promise.withResolvers<void>()
    const sending = first.send(() => sent.promise)
    const second = new Part(memory, 64 * KiB, false)
    const waiting = second.append(someBytes(10))
    await second.dispose()
    sent.resolve()
    await sending
    await expect(waiting).rejects.toThrow(TypeError)
    await first.dispose()
    expect(memory.used).toBe(0)
  })
})
