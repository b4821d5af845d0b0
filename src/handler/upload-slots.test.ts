import { once } from 'node:events'
import { expect, test } from 'vitest'
import { fromFetchRequest } from '../http/fetch-request.ts'
import type { Incoming } from '../http/incoming.ts'
import { RawClient } from '../testing/adapter-contract/raw-client.ts'
import { openSite } from './fixtures/site.ts'
import type { Site } from './fixtures/site.ts'
import { UploadSlots } from './upload-slots.ts'

const FORM = '--b\r\nContent-Disposition: form-data; name="f"; filename="form.txt"\r\n\r\nhello'

/** The first bytes of uploads that run until the test ends them. */
const BEGINNINGS = {
  'a form': `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 200\r\n\r\n${FORM}`,
  'a file': 'PUT /half.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello',
} as const

/** Long enough for a busy machine. */
const PATIENCE = { timeout: 30_000, interval: 5 } as const

/** A request of this client, without a body. */
function requestOf(clientAddress?: string): Incoming {
  return fromFetchRequest(new Request('http://x/'), { clientAddress })
}

/** A client in the middle of an upload. */
async function begin(site: Site, text: string = BEGINNINGS['a file']): Promise<RawClient> {
  const before = (await site.everyFile()).length
  const client = await RawClient.connect(site.origin)
  await client.send(text)
  await expect.poll(async () => (await site.everyFile()).length, PATIENCE).toBe(before + 1)
  return client
}

function put(name: string, content = 'x'): string {
  return `PUT /${name} HTTP/1.1\r\nHost: x\r\nContent-Length: ${content.length}\r\n\r\n${content}`
}

test.each(Object.entries(BEGINNINGS))('%s beyond maxUploads gets a whole 503 with Retry-After', async (_, text) => {
  const told: unknown[] = []
  await using site = await openSite({ maxUploads: 1, maxUploadsPerClient: 2, onError: ({ code }) => told.push(code) })
  const first = await begin(site, text)
  const files = await site.everyFile()
  const large = 'x'.repeat(20_000_000)
  const { status, headers, body } = await site.ask(put('b.txt', large))
  expect([status, headers['retry-after'], headers['content-type']]).toEqual([503, '10', 'application/problem+json'])
  expect(JSON.parse(body.toString())).toMatchObject({ code: 'overloaded', status: 503 })
  // It made no draft, and a client with `Expect: 100-continue` is not asked for its body.
  expect(await site.everyFile()).toEqual(files)
  const asking = await site.ask('PUT /c.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n')
  expect(asking.status).toBe(503)
  // Other requests take no slot.
  expect((await site.ask('GET /b.txt HTTP/1.1\r\nHost: x\r\n\r\n')).status).toBe(404)
  expect(told).toEqual(['overloaded', 'overloaded'])
  first.destroy()
})

test('a slot is free again after any end of its upload', async () => {
  let isAllowed = true
  await using site = await openSite({ maxUploads: 1, idleTimeoutMs: 200, authorize: () => isAllowed })
  // Its slot is given back a moment after its end.
  const expectFree = async (name: string): Promise<void> => {
    await expect.poll(async () => (await site.ask(put(name))).status, PATIENCE).toBe(201)
  }

  for (const leave of ['reset', 'destroy', 'end'] as const) {
    const client = await begin(site)
    client[leave]()
    await expectFree(`${leave}.txt`)
  }
  const stalled = await begin(site)
  expect((await stalled.answer()).status).toBe(408)
  await expectFree('stalled.txt')
  expect((await site.ask(put('too-large.txt', 'x'.repeat(200_000)))).status).toBe(413)
  await expectFree('too-large-after.txt')
  expect((await site.ask(put('stalled.txt'))).status).toBe(409)
  isAllowed = false
  expect((await site.ask(put('forbidden.txt'))).status).toBe(403)
  isAllowed = true
  await expectFree('last.txt')
})

test('an upload that fails on the server gives its slot back', async () => {
  const slots = new UploadSlots({ maxUploads: 1 })
  for (let turn = 0; turn < 3; turn += 1) {
    await expect(slots.during(requestOf(), () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    await expect(
      slots.during(requestOf(), () => {
        throw new Error('at once')
      }),
    ).rejects.toThrow('at once')
  }
})

test('maxUploadsPerClient counts each client by itself, and does not count unknown clients', async () => {
  const slots = new UploadSlots({ maxUploadsPerClient: 1 })
  const end = new EventTarget()
  const wait = async (): Promise<string> => {
    await once(end, 'end')
    return 'done'
  }
  const running = ['192.0.2.1', '192.0.2.2', '2001:db8::1', undefined, undefined].map((client) =>
    slots.during(requestOf(client), wait),
  )
  const refused = ['192.0.2.1', '::ffff:192.0.2.2', '2001:db8::2'].map((client) =>
    slots.during(requestOf(client), wait),
  )
  for (const each of refused) await expect(each).rejects.toMatchObject({ code: 'overloaded' })
  end.dispatchEvent(new Event('end'))
  expect(await Promise.all(running)).toEqual(Array.from({ length: 5 }, () => 'done'))
  expect(await slots.during(requestOf('192.0.2.1'), async () => 'free')).toBe('free')
})

test('maxUploadsPerClient counts clients by the address of their connection', async () => {
  await using site = await openSite({ maxUploadsPerClient: 1 })
  const first = await begin(site)
  expect((await site.ask(put('b.txt'))).status).toBe(503)
  first.destroy()
})

test('takeSlot counts the uploads of other processes: if it gives no slot, an upload gets 503', async () => {
  let free = 1
  const clients: (string | undefined)[] = []
  const takeSlot = async (client: string | undefined): Promise<(() => void) | undefined> => {
    clients.push(client)
    if (free === 0) return undefined
    free--
    return () => free++
  }
  await using site = await openSite({ takeSlot })
  const first = await begin(site)
  const refused = await site.ask(put('b.txt'))
  expect([refused.status, JSON.parse(refused.body.toString()).code]).toEqual([503, 'overloaded'])
  first.destroy()
  await expect.poll(() => free, PATIENCE).toBe(1)
  expect((await site.ask(put('c.txt'))).status).toBe(201)
  expect(free).toBe(1)
  expect(clients).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1'])
})

test('a refusal or failure of takeSlot leaves the slot of the handler free', async () => {
  const answers = [async () => undefined, () => Promise.reject(new Error('gone')), async () => () => {}]
  const slots = new UploadSlots({ maxUploads: 1, takeSlot: async () => answers.shift()?.() })
  await expect(slots.during(requestOf(), async () => 'received')).rejects.toMatchObject({ code: 'overloaded' })
  await expect(slots.during(requestOf(), async () => 'received')).rejects.toThrow('gone')
  expect(await slots.during(requestOf(), async () => 'received')).toBe('received')
})

test('a limit that is not a size is a TypeError', () => {
  expect(() => new UploadSlots({ maxUploads: -1 })).toThrow('maxUploads must be')
  expect(() => new UploadSlots({ maxUploadsPerClient: Number.NaN })).toThrow('maxUploadsPerClient must be')
})
