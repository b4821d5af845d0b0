import { expect, test } from 'vitest'
import { toReadableStream } from './readable-stream.ts'

/** A source that notes each call. */
function source(count: number, failure?: Error) {
  const told: string[] = []
  async function* generate(): AsyncGenerator<Uint8Array> {
    told.push('opened')
    try {
      for (let index = 0; index < count; index += 1) {
        told.push(`asked ${index}`)
        yield Uint8Array.of(index)
      }
      if (failure !== undefined) throw failure
    } finally {
      told.push('closed')
    }
  }
  return { told, generate }
}

test('every chunk comes in order, and then the end', async () => {
  const { generate, told } = source(3)
  expect(await new Response(toReadableStream(generate())).bytes()).toEqual(Uint8Array.of(0, 1, 2))
  expect(told.at(-1)).toBe('closed')
})

test('the source is not opened before the stream is read', async () => {
  const { generate, told } = source(3)
  const stream = toReadableStream(generate())
  const reader = stream.getReader()
  await Promise.resolve()
  expect(told).toEqual([])
  await reader.read()
  expect(told).toEqual(['opened', 'asked 0'])
})

test('cancelling closes the source', async () => {
  const { generate, told } = source(3)
  const reader = toReadableStream(generate()).getReader()
  await reader.read()
  await reader.cancel()
  expect(told).toEqual(['opened', 'asked 0', 'closed'])
})

test('the reader gets a failure of the source', async () => {
  const failure = new Error('gone')
  const reader = toReadableStream(source(1, failure).generate()).getReader()
  await reader.read()
  await expect(reader.read()).rejects.toBe(failure)
})

test('bytes of shared memory are copied, since no body takes them', async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(3)).fill(7)
  async function* generate(): AsyncGenerator<Uint8Array> {
    yield shared
  }
  const { value } = await toReadableStream(generate()).getReader().read()
  expect(value).toEqual(Uint8Array.of(7, 7, 7))
  expect(value?.buffer).toBeInstanceOf(ArrayBuffer)
})
