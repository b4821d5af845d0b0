// Clients that do not behave. Their unfinished uploads have names that begin with `never-`, and must never be visible.
import assert from 'node:assert/strict'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { FilePart } from '../../src/multipart.ts'
import { RawClient } from '../../src/testing/adapter-contract/raw-client.ts'
import type { RawAnswer } from '../../src/testing/adapter-contract/raw-client.ts'
import { encodedForm } from './encoded-form.ts'
import { malformedRequests } from './malformed-requests.ts'
import { seededFile } from './seeded-file.ts'
import type { SeededRandom } from './seeded-random.ts'
import { pause, runTraffic } from './traffic-process.ts'
import type { Action, Traffic, TrafficOrder } from './traffic-process.ts'

const MiB = 1024 ** 2
/** The bytes that a client looks at when its download stalls. */
const LARGE = seededFile('large', 30 * MiB)

class HostileClients implements Traffic {
  readonly clients = 12
  readonly pauseMs = 400
  readonly actions: readonly Action[] = [
    { name: 'abort', weight: 12, run: (random) => this.#abort(random) },
    { name: 'abort after all', weight: 2, run: (random) => this.#abortAfterAll(random) },
    { name: 'slow drip', weight: 2, run: (random, stopped) => this.#drip(random, stopped) },
    { name: 'stalled upload', weight: 2, run: (random, stopped) => this.#stall(random, stopped) },
    { name: 'too large, declared', weight: 2, run: () => this.#tooLargeDeclared() },
    { name: 'too large, chunked', weight: 1, run: (random) => this.#tooLargeChunked(random) },
    { name: 'too many files', weight: 2, run: () => this.#tooManyFiles() },
    { name: 'malformed request', weight: 8, run: (random) => this.#malformed(random) },
    { name: 'traversing name', weight: 3, run: (random) => this.#traverse(random) },
    { name: 'stalled download', weight: 2, run: (random, stopped) => this.#stallDownload(random, stopped) },
    { name: 'half-open connection', weight: 2, run: (random, stopped) => this.#halfOpen(random, stopped) },
    { name: 'pipelined requests', weight: 2, run: () => this.#pipeline() },
  ]
  readonly #order: TrafficOrder
  #counter = 0

  constructor(order: TrafficOrder) {
    this.#order = order
  }

  async prepare(): Promise<void> {
    const { status } = await this.#exchange(put(LARGE.name, LARGE.bytes.length), LARGE.bytes)
    assert.equal(status, 201)
  }

  async tidyUp(): Promise<void> {
    await this.#unlink(LARGE.name)
  }

  /** A part of an upload, and away: at once, orderly, or still listening. */
  async #abort(random: SeededRandom): Promise<void> {
    const size = random.magnitude(100, 5 * MiB)
    const request = random.chance(0.5)
      ? await formRequest([this.#part('never', size)])
      : Buffer.concat([Buffer.from(put(this.#name('never', size), size)), seededFile('never', size).bytes])
    const client = await this.#connect()
    // Before the last byte of a file: a form ends with at least 40 bytes of delimiter.
    await sendAsFarAsItGoes(client, request.subarray(0, random.integer(0, request.length - 60)))
    const how = random.pick(['RST', 'FIN', 'half-close'])
    if (how === 'RST') client.reset()
    else if (how === 'FIN') client.destroy()
    else {
      client.end()
      assert.doesNotMatch(await restOf(client), /^HTTP\/1\.1 2/, 'half an upload is acknowledged')
    }
  }

  /** All of an upload, and away before its answer. It may be kept or not, but not in part. */
  async #abortAfterAll(random: SeededRandom): Promise<void> {
    const slot = random.integer(0, 19)
    const { name, bytes } = seededFile(`abandoned-${slot}`, (slot + 1) * 50_000)
    const client = await this.#connect()
    await sendAsFarAsItGoes(client, await formRequest([{ name: 'file', filename: name, content: bytes }]))
    client.reset()
  }

  /** Piece by piece, each within the idle time-out, longer than that in all. */
  async #drip(random: SeededRandom, stopped: AbortSignal): Promise<void> {
    const name = this.#name('drip', 10)
    const client = await this.#connect()
    await client.send(put(name, 10))
    for (let sent = 0; sent < 10; sent++) {
      await pause(random.integer(0, this.#order.idleTimeoutMs / 3), stopped)
      await client.send('x')
    }
    await this.#expectStored(await client.answer(), name)
    client.destroy()
  }

  async #stall(random: SeededRandom, stopped: AbortSignal): Promise<void> {
    const request = await formRequest([this.#part('never', 100_000)])
    const client = await this.#connect()
    await client.send(request.subarray(0, random.integer(request.length / 2, request.length - 60)))
    const text = await untilClosed(client, stopped, this.#order.idleTimeoutMs * 3)
    if (text !== undefined) assert.match(text, /^HTTP\/1\.1 408 /, 'a stalled upload is not given up')
  }

  async #tooLargeDeclared(): Promise<void> {
    const { status } = await this.#exchange(put(this.#name('never', 0), this.#order.maxFileSize + 1))
    assert.equal(status, 413)
  }

  async #tooLargeChunked(random: SeededRandom): Promise<void> {
    const client = await this.#connect()
    const answer = client.answer('PUT')
    const chunk = seededFile('never', 4 * MiB).bytes
    const head = `PUT /uploads/${this.#name('never', random.integer(0, 9))} HTTP/1.1\r\nHost: 127.0.0.1\r\n`
    await client.send(`${head}Transfer-Encoding: chunked\r\n\r\n`)
    for (let sent = 0; sent <= this.#order.maxFileSize; sent += chunk.length) {
      await client.send(`${chunk.length.toString(16)}\r\n`)
      await client.send(chunk)
      await client.send('\r\n')
    }
    assert.equal((await answer).status, 413)
    client.reset()
  }

  async #tooManyFiles(): Promise<void> {
    const parts = Array.from({ length: this.#order.maxFiles + 1 }, () => this.#part('never', 1))
    const { status } = await this.#exchange(await formRequest(parts))
    assert.equal(status, 413)
  }

  async #malformed(random: SeededRandom): Promise<void> {
    const { request, refusals, isCut } = random.pick(malformedRequests(() => this.#name('never', 0)))
    const client = await this.#connect()
    await sendAsFarAsItGoes(client, request)
    if (isCut === true) client.end()
    const status = await statusOf(client)
    client.destroy()
    assert.ok(
      refusals.includes(status),
      `${status}, not ${refusals.join(' or ')}, to ${JSON.stringify(request.slice(0, 300))}`,
    )
  }

  async #traverse(random: SeededRandom): Promise<void> {
    const name = this.#name('outside', 1)
    const path = random.pick(['../', '/', '../../.decant/drafts/', 'C:\\', '..\\..\\', '....//', '%2e%2e/'])
    const answer = await this.#exchange(
      await formRequest([{ name: 'file', filename: path + name, content: Buffer.from('x') }]),
    )
    await this.#expectStored(answer, name)
  }

  async #stallDownload(random: SeededRandom, stopped: AbortSignal): Promise<void> {
    const client = await this.#connect()
    await client.send(`GET /uploads/${LARGE.name} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
    assert.match((await client.read(100)).toString(), /^HTTP\/1\.1 200 /)
    // Some stay until the server has enough of them, most go away.
    await pause(random.chance(0.2) ? 70_000 : random.integer(0, 5000), stopped)
    if (random.chance(0.5)) client.reset()
    else client.destroy()
  }

  async #halfOpen(random: SeededRandom, stopped: AbortSignal): Promise<void> {
    const client = await this.#connect()
    const head = put(this.#name('never', 100), 100)
    await client.send(head.slice(0, random.integer(0, head.length - 2)))
    if (random.chance(0.2)) {
      // Node gives up a head after a minute, and looks every half minute.
      const text = await untilClosed(client, stopped, 150_000)
      if (text !== undefined) assert.match(text, /^(?:HTTP\/1\.1 408 |$)/)
    }
    await pause(random.integer(0, 5000), stopped)
    client.reset()
  }

  async #pipeline(): Promise<void> {
    const names = [this.#name('pipelined', 1), this.#name('pipelined', 2)]
    const client = await this.#connect()
    const [first = '', second = ''] = names
    await client.send(
      `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n${put(first, 3)}abc` +
        `GET /uploads/missing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n${put(second, 4)}defg` +
        `GET /uploads?limit=3 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
    )
    assert.equal((await client.answer()).status, 200)
    await this.#expectStored(await client.answer(), first)
    assert.equal((await client.answer()).status, 404)
    await this.#expectStored(await client.answer(), second)
    assert.equal((await client.answer()).status, 200)
    client.destroy()
  }

  async #connect(): Promise<RawClient> {
    return RawClient.connect(`http://127.0.0.1:${this.#order.port}`)
  }

  /** The answer to a request, over a connection of its own. */
  async #exchange(...pieces: readonly (string | Buffer)[]): Promise<RawAnswer> {
    const client = await this.#connect()
    for (const piece of pieces) await sendAsFarAsItGoes(client, piece)
    const answer = await client.answer()
    client.destroy()
    return answer
  }

  /** Removes the file that an answer tells of. */
  async #expectStored({ status, body }: RawAnswer, name: string): Promise<void> {
    assert.equal(status, 201, body.toString())
    const { files }: { files: { key: string }[] } = JSON.parse(body.toString())
    assert.equal(files.length, 1)
    for (const { key } of files) {
      assert.equal(key, name)
      await this.#unlink(key)
    }
  }

  async #unlink(key: string): Promise<void> {
    await unlink(join(this.#order.folder, key))
  }

  #name(label: string, size: number): string {
    // Few enough that the folder's records do not grow without end.
    this.#counter = (this.#counter + 1) % 1000
    return `${label}-${this.#counter}-${size}.bin`
  }

  #part(label: string, size: number): FilePart {
    return { name: 'file', filename: this.#name(label, size), content: seededFile(label, size).bytes }
  }
}

function put(name: string, size: number): string {
  return `PUT /uploads/${name} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${size}\r\n\r\n`
}

async function formRequest(files: readonly FilePart[]): Promise<Buffer> {
  const { contentType, body } = await encodedForm(files)
  const head = `POST /uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${contentType}\r\n`
  return Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`), body])
}

/** Sends what the server still takes. */
async function sendAsFarAsItGoes(client: RawClient, data: string | Uint8Array): Promise<void> {
  try {
    await client.send(data)
  } catch {
    // EPIPE, ECONNRESET: it has answered already, or has had enough.
  }
}

/** The status of the answer; 0 if the connection is closed without one. */
async function statusOf(client: RawClient): Promise<number> {
  try {
    return (await client.answer()).status
  } catch {
    // The connection ended.
    return 0
  }
}

async function restOf(client: RawClient): Promise<string> {
  return (await client.rest()).toString('latin1')
}

/**
 * The bytes until the server closes the connection; `undefined` if the traffic is stopped first. Rejects if the server
 * waits for longer than it may.
 */
async function untilClosed(client: RawClient, stopped: AbortSignal, mostMs: number): Promise<string | undefined> {
  const tooLong = AbortSignal.timeout(mostMs)
  const hangUp = (): void => client.reset()
  tooLong.addEventListener('abort', hangUp)
  stopped.addEventListener('abort', hangUp)
  try {
    const text = await restOf(client)
    assert.ok(!tooLong.aborted, `the server waits for more than ${mostMs / 1000} s`)
    return stopped.aborted ? undefined : text
  } finally {
    tooLong.removeEventListener('abort', hangUp)
    stopped.removeEventListener('abort', hangUp)
    client.destroy()
  }
}

await runTraffic(async (order) => {
  const clients = new HostileClients(order)
  await clients.prepare()
  return clients
})
