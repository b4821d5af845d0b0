import { expect, test } from 'vitest'
import { GrowingBytes } from './growing-bytes.ts'

test('bytes are the same for every cut of them', () => {
  const whole = new GrowingBytes(1000)
  whole.append(Uint8Array.from({ length: 1000 }, (_, index) => index % 256))
  const single = new GrowingBytes(1000)
  for (let index = 0; index < 1000; index += 1) single.append(Uint8Array.of(index % 256))
  expect(single.view()).toEqual(whole.view())
  expect([single.size, whole.size]).toEqual([1000, 1000])
})

test('a million chunks of one byte take no more memory than one of a million, and none beyond the limit', () => {
  const bytes = new GrowingBytes(1_000_000)
  const one = Uint8Array.of(1)
  for (let index = 0; index < 1_000_000; index += 1) bytes.append(one)
  expect(bytes.view().buffer.byteLength).toBe(1_000_000)
})

test('the bytes are copied: one byte does not hold the whole chunk that it came in', () => {
  const chunk = new Uint8Array(65_536).fill(7)
  const bytes = new GrowingBytes(100)
  bytes.append(chunk.subarray(10, 11))
  chunk.fill(0)
  expect([...bytes.view()]).toEqual([7])
  expect(bytes.view().buffer.byteLength).toBe(1)
})

test('chunks are copies too, of at most 64 KiB', () => {
  const bytes = new GrowingBytes(Infinity)
  bytes.append(new Uint8Array(150_000).fill(1))
  const chunks = [...bytes.chunks()]
  expect(chunks.map(({ length }) => length)).toEqual([65_536, 65_536, 18_928])
  for (const chunk of chunks) chunk.fill(0)
  expect(bytes.view().every((byte) => byte === 1)).toBe(true)
  expect([...new GrowingBytes(10).chunks()]).toEqual([])
})
