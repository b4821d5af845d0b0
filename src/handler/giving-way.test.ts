import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { isUploadError } from '../errors/upload-error.ts'
import { fromFetchRequest } from '../http/fetch-request.ts'
import { RawClient } from '../testing/adapter-contract/raw-client.ts'
import { openSite } from './fixtures/site.ts'
import type { Site } from './fixtures/site.ts'
import { UploadSlots } from './upload-slots.ts'
import type { UploadSlotOptions } from './upload-slots.ts'

/** The test moves only this clock. The network keeps its own. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

const PATIENCE = { timeout: 30_000, interval: 5 } as const
const GRACE_MS = 10_000
const RUNNING = ['running', 'running', 'running']

/** An upload whose bytes the test sends. */
class TestUpload {
  readonly outcome: Promise<string>
  isLast = false
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #taken = 0
  #sent = 0

  /** @param sink asks the client to wait */
  constructor(slots: UploadSlots, clientAddress?: string, sink: () => Promise<void> | undefined = () => undefined) {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (this.#controller = controller) })
    const init: RequestInit & { duplex: 'half' } = { method: 'PUT', body, duplex: 'half' }
    const incoming = fromFetchRequest(new Request('http://x/', init), { clientAddress })
    const receive = async ({ body: measured }: typeof incoming): Promise<string> => {
      await measured?.read((chunk) => {
        this.#taken += chunk.length
        return sink()
      })
      return 'received'
    }
    this.outcome = slots
      .during(incoming, receive)
      .catch((error: unknown) => (isUploadError(error) ? error.code : String(error)))
  }

  async send(size: number): Promise<void> {
    this.#sent += size
    this.#controller?.enqueue(new Uint8Array(size))
    // Not `vi.waitFor`, which would move the clock.
    // oxlint-disable-next-line no-await-in-loop -- Turn by turn.
    while (this.#taken < this.#sent) await new Promise(setImmediate)
  }

  async sendLast(size: number): Promise<void> {
    this.isLast = true
    await this.send(size)
  }

  async end(): Promise<string> {
    this.#controller?.close()
    return this.outcome
  }

  /** `running`, or how it ended. */
  async state(): Promise<string> {
    await new Promise(setImmediate)
    return Promise.race([this.outcome, Promise.resolve('running')])
  }
}

function client(index: number): string {
  return `198.51.${Math.floor(index / 250)}.${index % 250}`
}

describe('if all slots are taken', () => {
  test('2,000 idle uploads of 2,000 clients give way one by one, and slow honest ones between them stay', async () => {
    const slots = new UploadSlots({})
    const honest = [1990, 1995].map((index) => new TestUpload(slots, client(index)))
    const idle = Array.from({ length: 1998 }, (_, index) => new TestUpload(slots, client(index)))
    await Promise.all(idle.map((upload) => upload.send(1)))
    for (let second = 0; second < 20; second++) {
      vi.advanceTimersByTime(1000)
      // oxlint-disable-next-line no-await-in-loop -- The seconds go by one after the other.
      await Promise.all(honest.map((upload) => upload.send(500)))
    }
    const newcomers = idle.map((_, index) => new TestUpload(slots, client(index)))
    expect(new Set(await Promise.all(idle.map((upload) => upload.outcome)))).toEqual(new Set(['overloaded']))
    expect(await Promise.all(honest.map((upload) => upload.state()))).toEqual(['running', 'running'])
    const ended = [...newcomers, ...honest].map((upload) => upload.end())
    expect(new Set(await Promise.all(ended))).toEqual(new Set(['received']))
  })

  test('the slowest since its start gives way, not the one that began first', async () => {
    const slots = new UploadSlots({ maxUploads: 3 })
    const [steady, slow, slower] = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((each) => new TestUpload(slots, each))
    await steady?.send(30_000)
    vi.advanceTimersByTime(GRACE_MS)
    await Promise.all([slow?.send(2000), slower?.send(1000)])
    const newcomer = new TestUpload(slots, '192.0.2.4')
    expect(await slower?.outcome).toBe('overloaded')
    expect([await steady?.state(), await slow?.state(), await newcomer.state()]).toEqual(RUNNING)
  })

  test('an upload that has just begun never gives way, and an older one still does', async () => {
    const slots = new UploadSlots({ maxUploads: 2 })
    const old = new TestUpload(slots, '192.0.2.1')
    await old.send(5000)
    vi.advanceTimersByTime(GRACE_MS)
    const young = new TestUpload(slots, '192.0.2.2')
    const newcomer = new TestUpload(slots, '192.0.2.3')
    expect(await old.outcome).toBe('overloaded')
    expect(await new TestUpload(slots, '192.0.2.4').outcome).toBe('overloaded')
    vi.advanceTimersByTime(GRACE_MS - 1)
    expect(await new TestUpload(slots, '192.0.2.4').outcome).toBe('overloaded')
    expect([await young.state(), await newcomer.state()]).toEqual(['running', 'running'])
    vi.advanceTimersByTime(1)
    expect(await new TestUpload(slots, '192.0.2.4').state()).toBe('running')
  })

  test('uploads that are all fast go on, and the new one gets 503', async () => {
    const slots = new UploadSlots({ maxUploads: 2 })
    const running = ['192.0.2.1', '192.0.2.2'].map((each) => new TestUpload(slots, each))
    await Promise.all(running.map((each) => each.send(100_000)))
    vi.advanceTimersByTime(GRACE_MS)
    expect(await new TestUpload(slots, '192.0.2.3').outcome).toBe('overloaded')
    expect(await Promise.all(running.map((each) => each.end()))).toEqual(['received', 'received'])
  })

  test('the time in which the server makes a client wait does not count against it', async () => {
    const slots = new UploadSlots({ maxUploads: 1 })
    const disk = Promise.withResolvers<void>()
    const waiting = new TestUpload(slots, '192.0.2.1', () => disk.promise)
    await waiting.send(1)
    vi.advanceTimersByTime(10 * GRACE_MS)
    expect(await new TestUpload(slots, '192.0.2.2').outcome).toBe('overloaded')
    disk.resolve()
    await new Promise(setImmediate)
    expect(await new TestUpload(slots, '192.0.2.2').outcome).toBe('overloaded')
    vi.advanceTimersByTime(GRACE_MS)
    expect(await new TestUpload(slots, '192.0.2.2').state()).toBe('running')
    expect(await waiting.outcome).toBe('overloaded')
  })

  test('a slow upload that waits for the server does not give way', async () => {
    const slots = new UploadSlots({ maxUploads: 1 })
    const check = Promise.withResolvers<void>()
    const checked = new TestUpload(slots, '192.0.2.1', () => (checked.isLast ? check.promise : undefined))
    await checked.send(1)
    vi.advanceTimersByTime(10 * GRACE_MS)
    await checked.sendLast(1)
    expect(await new TestUpload(slots, '192.0.2.2').state()).toBe('overloaded')
    check.resolve()
    expect(await checked.end()).toBe('received')
  })

  test('an upload whose bytes have all come does not give way', async () => {
    const slots = new UploadSlots({ maxUploads: 1 })
    const stored = Promise.withResolvers<string>()
    const first = slots.during(
      fromFetchRequest(new Request('http://x/', { method: 'PUT', body: 'x' })),
      async ({ body }) => {
        await body?.read(() => undefined)
        return stored.promise
      },
    )
    await new Promise(setImmediate)
    vi.advanceTimersByTime(10 * GRACE_MS)
    expect(await new TestUpload(slots).outcome).toBe('overloaded')
    stored.resolve('stored')
    expect(await first).toBe('stored')
    expect(await new TestUpload(slots).state()).toBe('running')
  })
})

describe('one client', () => {
  test('has half of the slots by default, so that it cannot hold them all', async () => {
    const slots = new UploadSlots({ maxUploads: 5 })
    const running = [1, 2, 3].map(() => new TestUpload(slots, '192.0.2.1'))
    expect(await new TestUpload(slots, '192.0.2.1').outcome).toBe('overloaded')
    running.push(new TestUpload(slots, '192.0.2.2'), new TestUpload(slots, '192.0.2.2'))
    expect(await Promise.all(running.map((each) => each.state()))).toEqual(Array.from({ length: 5 }, () => 'running'))
  })

  test('with all of its slots taken makes only its own uploads give way', async () => {
    const slots = new UploadSlots({ maxUploads: 10, maxUploadsPerClient: 2 })
    const other = new TestUpload(slots, '192.0.2.2')
    const [slow, fast] = [1, 2].map(() => new TestUpload(slots, '192.0.2.1'))
    await fast?.send(1000)
    vi.advanceTimersByTime(GRACE_MS)
    const newcomer = new TestUpload(slots, '192.0.2.1')
    expect(await slow?.outcome).toBe('overloaded')
    expect([await other.state(), await fast?.state(), await newcomer.state()]).toEqual(RUNNING)
  })
})

type TakeSlot = NonNullable<UploadSlotOptions['takeSlot']>

describe('slots that several processes share', () => {
  /** Elsewhere, so many slots are left. */
  function shared(free: number, none?: 'client'): { takeSlot: TakeSlot; free: () => number } {
    let left = free
    const takeSlot: TakeSlot = async () => {
      if (left === 0) return none
      left--
      return () => void left++
    }
    return { takeSlot, free: () => left }
  }

  test('are passed on from the slowest upload of this process', async () => {
    const { takeSlot, free } = shared(1)
    const slots = new UploadSlots({ takeSlot })
    const idle = new TestUpload(slots, '192.0.2.1')
    await new Promise(setImmediate)
    expect(await new TestUpload(slots, '192.0.2.2').outcome).toBe('overloaded')
    vi.advanceTimersByTime(GRACE_MS)
    const newcomer = new TestUpload(slots, '192.0.2.2')
    expect(await idle.outcome).toBe('overloaded')
    expect([await newcomer.end(), free()]).toEqual(['received', 1])
  })

  test('are not taken from other clients if only one client has too many', async () => {
    const { takeSlot } = shared(1, 'client')
    const slots = new UploadSlots({ takeSlot })
    const idle = new TestUpload(slots, '192.0.2.1')
    await new Promise(setImmediate)
    vi.advanceTimersByTime(GRACE_MS)
    expect(await new TestUpload(slots, '192.0.2.2').outcome).toBe('overloaded')
    expect(await idle.state()).toBe('running')
  })
})

/** The first bytes of an upload that sends no more. */
async function begin(site: Site, name: string): Promise<RawClient> {
  const before = (await site.everyFile()).length
  const half = await RawClient.connect(site.origin)
  await half.send(`PUT /${name} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nh`)
  await expect.poll(async () => (await site.everyFile()).length, PATIENCE).toBe(before + 1)
  return half
}

test('over HTTP an idle upload that gives way is answered 503 and leaves nothing, and others go on', async () => {
  await using site = await openSite({ maxUploads: 2, maxUploadsPerClient: 2 })
  const first = await begin(site, 'a.txt')
  vi.advanceTimersByTime(1000)
  const second = await begin(site, 'b.txt')
  const put = (): Promise<{ status: number }> =>
    site.ask('PUT /c.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx')
  expect((await put()).status).toBe(503)
  vi.advanceTimersByTime(GRACE_MS)
  expect((await put()).status).toBe(201)
  const { status, headers, body } = await first.answer()
  expect([status, headers['retry-after'], JSON.parse(body.toString()).code]).toEqual([503, '10', 'overloaded'])
  expect((await site.everyFile()).filter((path) => !path.startsWith('.decant'))).toEqual(['c.txt'])
  await second.send('ello, all')
  expect((await second.answer()).status).toBe(201)
})

test('over HTTP a slow form whose last file is being checked does not give way, and is stored', async () => {
  const begun = Promise.withResolvers<void>()
  const check = Promise.withResolvers<void>()
  const slowCheck = async ({ filename }: { readonly filename: string }): Promise<void> => {
    if (filename !== 'a.txt') return
    begun.resolve()
    await check.promise
  }
  await using site = await openSite({ maxUploads: 1, policy: { checks: [slowCheck] } })
  const head = '--b\r\nContent-Disposition: form-data; name="a"; filename="a.txt"\r\n\r\na'
  const end = '\r\n--b--\r\n'
  const length = head.length + end.length
  const type = 'Content-Type: multipart/form-data; boundary=b'
  const form = await RawClient.connect(site.origin)
  await form.send(`POST / HTTP/1.1\r\nHost: x\r\n${type}\r\nContent-Length: ${length}\r\n\r\n${head}`)
  await expect.poll(async () => (await site.everyFile()).length, PATIENCE).toBe(1)
  vi.advanceTimersByTime(GRACE_MS)
  await form.send(end)
  await begun.promise
  const put = 'PUT /c.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx'
  expect((await site.ask(put)).status).toBe(503)
  check.resolve()
  expect((await form.answer()).status).toBe(201)
})
