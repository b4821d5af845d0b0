import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { ticks } from './fixtures/ticks.ts'
import { NodeReading } from './node-reading.ts'

/** A request whose chunks the test pushes. */
function openRequest() {
  return Object.assign(new Readable({ read() {} }), {
    headers: {},
    socket: { parser: {} },
    complete: false,
    httpVersionMajor: 1,
    httpVersionMinor: 1,
  })
}

/** Reads with a sink that notes its chunks, and is busy with each until `goOn`, or `fail`, if `isBusy`. */
function readFrom(request: ReturnType<typeof openRequest>, isBusy = false, length = 0) {
  const chunks: string[] = []
  const given: (boolean | undefined)[] = []
  let answer = Promise.withResolvers<void>()
  const reading = new NodeReading(
    request,
    (chunk, isGiven) => {
      chunks.push(String(chunk))
      given.push(isGiven)
      answer = Promise.withResolvers()
      return isBusy ? answer.promise : undefined
    },
    {},
    length,
  )
  const outcome = reading.done.then(
    () => 'whole',
    (error: unknown) => error,
  )
  const goOn = async (): Promise<void> => {
    answer.resolve()
    await ticks()
  }
  const fail = async (error: unknown): Promise<void> => {
    answer.reject(error)
    await ticks()
  }
  return { reading, chunks, given, outcome, goOn, fail }
}

async function push(request: Readable, ...chunks: readonly (string | null)[]): Promise<void> {
  for (const chunk of chunks) request.push(chunk)
  await ticks()
}

describe('a reading that flows', () => {
  test('passes on each chunk and ends with the body', async () => {
    const request = openRequest()
    const { reading, chunks, outcome } = readFrom(request, false, 6)
    expect(reading.state).toBe('flowing')
    await push(request, 'one', 'two', null)
    expect([chunks, await outcome, reading.state]).toEqual([['one', 'two'], 'whole', 'ended'])
  })

  test('is gone if the request ends before its length', async () => {
    const request = openRequest()
    const { reading, outcome } = readFrom(request, false, 4)
    await push(request, 'one', null)
    expect(await outcome).toMatchObject({ code: 'truncated-body', details: { reason: '3 of 4 bytes arrived' } })
    expect(reading.state).toBe('gone')
  })

  test('is gone if the connection is lost', async () => {
    const request = openRequest()
    const { reading, outcome } = readFrom(request)
    request.destroy()
    expect(await outcome).toMatchObject({ code: 'truncated-body', details: { reason: 'the connection was lost' } })
    expect(reading.state).toBe('gone')
  })

  test('stops once, with the first reason, and leaves no listener behind', async () => {
    const request = openRequest()
    const { reading, chunks, outcome } = readFrom(request)
    await push(request, 'one')
    reading.stop('enough')
    reading.stop('more than enough')
    await push(request, 'two')
    expect([chunks, await outcome, reading.state]).toEqual([['one'], 'enough', 'stopped'])
    for (const event of ['data', 'end', 'close', 'newListener', 'pause', 'resume', 'readable']) {
      expect([event, request.listenerCount(event)]).toEqual([event, 0])
    }
    expect(request.isPaused()).toBe(true)
  })
})

test('a reading hands on no chunk after another listener has stopped it', async () => {
  const request = openRequest()
  request.once('data', () => reading.stop('enough'))
  request.pause()
  const chunks: string[] = []
  const reading = new NodeReading(request, (chunk) => void chunks.push(String(chunk)), {}, 0)
  const outcome = reading.done.catch((error: unknown) => error)
  await push(request, 'one')
  expect([chunks, await outcome]).toEqual([[], 'enough'])
})

describe('a reading whose sink is busy', () => {
  test('goes on when the sink is ready', async () => {
    const request = openRequest()
    const { reading, chunks, goOn, outcome } = readFrom(request, true)
    await push(request, 'one', 'two')
    expect([reading.state, chunks]).toEqual(['busy', ['one']])
    await goOn()
    expect([reading.state, chunks]).toEqual(['busy', ['one', 'two']])
    await goOn()
    expect(reading.state).toBe('flowing')
    await push(request, null)
    expect(await outcome).toBe('whole')
  })

  test('keeps the chunks that still come, in order, and the end after them', async () => {
    const request = openRequest()
    const { reading, chunks, goOn, outcome } = readFrom(request, true)
    await push(request, 'one')
    request.resume()
    await push(request, 'two', 'three', null)
    expect([reading.state, chunks]).toEqual(['busy', ['one']])
    await goOn()
    expect([reading.state, chunks]).toEqual(['busy', ['one', 'two']])
    await goOn()
    expect([reading.state, chunks]).toEqual(['busy', ['one', 'two', 'three']])
    await goOn()
    expect([reading.state, await outcome]).toEqual(['ended', 'whole'])
  })

  test('makes the client wait again if other code resumes the request', async () => {
    const request = openRequest()
    const { chunks, goOn, outcome } = readFrom(request, true)
    await push(request, 'one')
    request.resume()
    await push(request, 'two')
    expect(request.isPaused()).toBe(true)
    // As for a body of any length: no more than this waits for the sink.
    await push(request, 'three', 'four')
    expect([chunks, request.readableLength]).toEqual([['one'], 'threefour'.length])
    for (let count = 0; count < 4; count += 1) await goOn()
    await push(request, null)
    expect([chunks, await outcome]).toEqual([['one', 'two', 'three', 'four'], 'whole'])
  })

  test.each([
    ['is stopped', (_: Readable, reading: NodeReading) => reading.stop('enough'), 'stopped'],
    ['loses its connection', (request: Readable) => void request.destroy(), 'gone'],
  ] as const)('hands on no kept chunk after it %s', async (_, end, state) => {
    const request = openRequest()
    const { reading, chunks, goOn } = readFrom(request, true)
    await push(request, 'one')
    request.resume()
    await push(request, 'two')
    end(request, reading)
    await ticks()
    await goOn()
    expect([reading.state, chunks]).toEqual([state, ['one']])
  })

  test('is stopped by the failure of the sink, and passes on no kept chunk', async () => {
    const request = openRequest()
    const { reading, chunks, fail, outcome } = readFrom(request, true)
    await push(request, 'one')
    request.resume()
    await push(request, 'two')
    await fail('full')
    expect([reading.state, chunks, await outcome]).toEqual(['stopped', ['one'], 'full'])
  })

  test('is stopped by the sink itself', async () => {
    const request = openRequest()
    const reading: NodeReading = new NodeReading(
      request,
      () => {
        reading.stop('enough')
        return Promise.resolve()
      },
      {},
      0,
    )
    const outcome = reading.done.catch((error: unknown) => error)
    await push(request, 'one')
    expect([await outcome, reading.state]).toEqual(['enough', 'stopped'])
  })
})

describe('a body is read to its end although a listener to `readable`', () => {
  const ignore = (): void => {}

  test.each(['that fetches nothing', 'that is there once'])('%s is added before', async (kind) => {
    const request = openRequest()
    if (kind === 'that fetches nothing') request.on('readable', ignore)
    else request.once('readable', ignore)
    const { chunks, given, outcome } = readFrom(request)
    await push(request, 'one')
    await push(request, 'two')
    await push(request, null)
    expect([chunks, given, await outcome]).toEqual([['one', 'two'], [false, false], 'whole'])
  })

  test.each(['that fetches nothing', 'that is there once', 'that is removed'])(
    '%s is added at once and while the sink is busy',
    async (kind) => {
      const request = openRequest()
      const { chunks, goOn, outcome } = readFrom(request, true)
      const add = (): void => {
        if (kind === 'that is there once') request.once('readable', ignore)
        else request.on('readable', ignore)
        if (kind === 'that is removed') request.off('readable', ignore)
      }
      add()
      await push(request, 'one')
      add()
      await push(request, 'two')
      expect(chunks).toEqual(['one'])
      await goOn()
      expect(chunks).toEqual(['one', 'two'])
      await goOn()
      await push(request, 'three')
      await goOn()
      await push(request, null)
      expect([chunks, await outcome]).toEqual([['one', 'two', 'three'], 'whole'])
    },
  )

  test('that fetches all is added, which gets the chunks too', async () => {
    const request = openRequest()
    const { chunks, given, outcome } = readFrom(request)
    const fetched: string[] = []
    request.on('readable', () => {
      for (let chunk: Buffer | null = request.read(); chunk !== null; chunk = request.read())
        fetched.push(chunk.toString())
    })
    await push(request, 'one')
    await push(request, 'two')
    await push(request, null)
    expect([chunks, given, await outcome]).toEqual([['one', 'two'], [false, false], 'whole'])
    expect(fetched).toEqual(['one', 'two'])
  })
})
