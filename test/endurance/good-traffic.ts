// Clients that behave: every answer that they get is held against what they know, byte for byte.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { unlink } from 'node:fs/promises'
import { Agent } from 'node:http'
import type { RequestOptions } from 'node:http'
import { join } from 'node:path'
import type { FieldPart, FilePart } from '../../src/multipart.ts'
import { open, readAnswer } from '../cli/client.ts'
import type { Answer } from '../cli/client.ts'
import { encodedForm } from './encoded-form.ts'
import { hasCode } from '../../src/file/system-error.ts'
import { bytesOfName, seededFile } from './seeded-file.ts'
import type { SeededFile } from './seeded-file.ts'
import type { SeededRandom } from './seeded-random.ts'
import { runTraffic } from './traffic-process.ts'
import type { Action, Traffic, TrafficOrder } from './traffic-process.ts'

const KiB = 1024
const MiB = 1024 ** 2

/** So many files of each span of sizes. Each has a name of its own: the folder's records do not grow without end. */
const SIZES: readonly (readonly [count: number, least: number, most: number])[] = [
  [8, 0, 0],
  [20, 1, 2],
  [80, 3, 1000],
  [24, 64 * KiB - 1, 64 * KiB + 1],
  [60, 1 * KiB, 200 * KiB],
  [60, 200 * KiB, 2 * MiB],
  [16, 2 * MiB, 20 * MiB],
  [2, 50 * MiB, 50 * MiB],
]

/** More files than these are not kept. */
const KEPT = 120

/** A file that the server has said to have stored. */
interface Kept {
  readonly slot: number
  readonly name: string
  readonly key: string
  readonly url: string
  readonly type: string
  /** Requests that count on its being there. */
  users: number
}

class GoodClients implements Traffic {
  readonly clients = 4
  readonly pauseMs = 300
  readonly actions: readonly Action[] = [
    { name: 'form', weight: 6, run: (random) => this.#form(random) },
    { name: 'put', weight: 4, run: (random) => this.#put(random) },
    { name: 'post', weight: 2, run: (random) => this.#post(random) },
    { name: 'download', weight: 6, run: (random) => this.#withKept(random, (kept) => this.#download(kept, random)) },
    { name: 'range', weight: 6, run: (random) => this.#withKept(random, (kept) => this.#range(kept, random)) },
    { name: 'condition', weight: 4, run: (random) => this.#withKept(random, (kept) => this.#condition(kept)) },
    { name: 'taken name', weight: 1, run: (random) => this.#withKept(random, (kept) => this.#takenName(kept)) },
    { name: 'listing', weight: 2, run: () => this.#listing() },
    { name: 'page', weight: 2, run: () => this.#page() },
    { name: 'removal', weight: 4, run: (random) => this.#removal(random) },
  ]
  readonly #order: TrafficOrder
  /** It closes unused connections long before the server does: a request that is sent at that moment is lost. */
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 3, timeout: 2000 })
  readonly #sizes: readonly number[]
  readonly #free: number[]
  readonly #kept = new Set<Kept>()

  constructor(order: TrafficOrder, random: SeededRandom) {
    this.#order = order
    this.#sizes = SIZES.flatMap(([count, least, most]) =>
      Array.from({ length: count }, () => random.integer(least, most)),
    )
    this.#free = [...this.#sizes.keys()]
  }

  async tidyUp(): Promise<void> {
    for (const kept of this.#kept) await this.#remove(kept)
    this.#agent.destroy()
  }

  async #form(random: SeededRandom): Promise<void> {
    const files = this.#takeFiles(random, random.integer(1, 4))
    if (files.length === 0) return
    const fields = Array.from({ length: random.integer(0, 3) }, (_, at): FieldPart => ({
      name: `field-${at}`,
      value: `größe ${random.integer(0, 1e9)} `.repeat(at * 50),
    }))
    const fileParts = files.map(({ file: { name, bytes } }): FilePart => ({
      name: 'file',
      filename: name,
      content: bytes,
    }))
    const { contentType, body } = await encodedForm([...fields, ...fileParts])
    const headers = { 'content-type': contentType }
    const answer = await this.#send(random, { method: 'POST', path: '/uploads', headers }, body)
    const { fields: told } = this.#keep(files, answer)
    assert.deepEqual(
      told,
      fields.map(({ name, value }) => [name, value]),
    )
  }

  async #put(random: SeededRandom): Promise<void> {
    const files = this.#takeFiles(random, 1)
    for (const { file } of files) {
      const answer = await this.#send(random, { method: 'PUT', path: `/uploads/${file.name}` }, file.bytes)
      this.#keep(files, answer)
    }
  }

  async #post(random: SeededRandom): Promise<void> {
    const files = this.#takeFiles(random, 1)
    for (const { file } of files) {
      const headers = { 'content-disposition': `attachment; filename="${file.name}"` }
      this.#keep(files, await this.#send(random, { method: 'POST', path: '/uploads', headers }, file.bytes))
    }
  }

  async #download({ name, key, url, type }: Kept, random: SeededRandom): Promise<void> {
    const expected = bytesOf(name)
    const { status, headers, bytes } = await this.#send(random, { path: url })
    assert.equal(status, 200)
    assert.equal(headers['content-type'], type)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.ok(bytes.equals(expected), `${key} comes back with other bytes`)
  }

  async #range({ name, key, url }: Kept, random: SeededRandom): Promise<void> {
    const expected = bytesOf(name)
    const start = random.integer(0, expected.length)
    const end = random.integer(start, expected.length + 10)
    const headers = { range: `bytes=${start}-${end}` }
    const answer = await this.#send(random, { path: url, headers })
    if (start >= expected.length) {
      // RFC 9110 section 14.2: the Range of an empty file may be ignored.
      assert.equal(answer.status, expected.length === 0 ? 200 : 416)
      return
    }
    const part = expected.subarray(start, end + 1)
    assert.equal(answer.status, 206)
    assert.equal(answer.headers['content-range'], `bytes ${start}-${start + part.length - 1}/${expected.length}`)
    assert.ok(answer.bytes.equals(part), `${key} has other bytes in the range ${headers.range}`)
  }

  async #condition({ name, url }: Kept): Promise<void> {
    const head = await this.#send(undefined, { method: 'HEAD', path: url })
    const { etag = '' } = head.headers
    assert.equal(head.status, 200)
    assert.equal(Number(head.headers['content-length']), bytesOf(name).length)
    const again = await this.#send(undefined, { path: url, headers: { 'if-none-match': etag } })
    assert.deepEqual([again.status, again.bytes.length], [304, 0])
    const failed = await this.#send(undefined, { path: url, headers: { 'if-match': '"another"' } })
    assert.equal(failed.status, 412)
  }

  async #takenName({ key, url }: Kept): Promise<void> {
    const { status } = await this.#send(undefined, { method: 'PUT', path: url }, Buffer.from('another content'))
    assert.equal(status, 409, `${key} was to be kept`)
  }

  async #listing(): Promise<void> {
    const before = [...this.#kept]
    for (const kept of before) kept.users++
    try {
      const { status, text } = await this.#send(undefined, { path: '/uploads?limit=1000&order=name' })
      assert.equal(status, 200)
      const files: { key: string; filename: string; size: number; type: string }[] = JSON.parse(text).files
      const listed = new Map(files.map((file) => [file.key, file]))
      for (const { key, name, type } of before) {
        const { filename, size, type: told } = listed.get(key) ?? {}
        assert.deepEqual([filename, size, told], [name, sizeOf(name), type], `${key} in the listing`)
      }
      for (const { key } of files) assert.doesNotMatch(key, /^never-/, 'half an upload is listed')
    } finally {
      for (const kept of before) kept.users--
    }
  }

  async #page(): Promise<void> {
    const { status, text } = await this.#send(undefined, { path: '/', headers: { accept: 'text/html' } })
    assert.equal(status, 200)
    assert.match(text, /<form[^]*<\/html>\s*$/)
    for (const [, path = ''] of text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
      assert.equal((await this.#send(undefined, { path })).status, 200, path)
    }
    assert.equal((await this.#send(undefined, { path: '/healthz' })).text, 'ok')
  }

  /** By hand, as `decant serve` deletes nothing. */
  async #removal(random: SeededRandom): Promise<void> {
    do {
      const unused = [...this.#kept].filter(({ users }) => users === 0)
      if (unused.length === 0) return
      await this.#remove(random.pick(unused))
    } while (this.#kept.size > KEPT)
  }

  async #remove(kept: Kept): Promise<void> {
    this.#kept.delete(kept)
    // ENOENT, if the server has lost it, is a fault.
    await unlink(join(this.#order.folder, kept.key))
    const { status } = await this.#send(undefined, { path: kept.url })
    assert.equal(status, 404)
    this.#free.push(kept.slot)
  }

  async #withKept(random: SeededRandom, use: (kept: Kept) => Promise<void>): Promise<void> {
    if (this.#kept.size === 0) return
    const kept = random.pick([...this.#kept])
    kept.users++
    try {
      await use(kept)
    } finally {
      kept.users--
    }
  }

  #takeFiles(random: SeededRandom, count: number): { readonly slot: number; readonly file: SeededFile }[] {
    return Array.from({ length: Math.min(count, this.#free.length) }, () => {
      const [slot = 0] = this.#free.splice(random.integer(0, this.#free.length - 1), 1)
      return { slot, file: seededFile(`good-${slot}`, this.#sizes[slot] ?? 0) }
    })
  }

  /** Takes a file for stored when the server says so, and then it has to be there already. */
  #keep(sent: readonly { slot: number; file: SeededFile }[], { status, text }: Answer): { fields: unknown } {
    assert.equal(status, 201, text)
    const { files, fields }: { files: Kept[]; fields: unknown } = JSON.parse(text)
    assert.equal(files.length, sent.length)
    for (const [at, { slot, file }] of sent.entries()) {
      const { key = '', url = '', type = '' } = files[at] ?? {}
      assert.equal(key, file.name)
      assert.ok(existsSync(join(this.#order.folder, key)), `${key} is said to be stored, and is not there`)
      this.#kept.add({ slot, name: file.name, key, url, type, users: 0 })
    }
    return { fields }
  }

  /** Over a connection that is kept, or over a new one. A body goes out whole or in pieces of any size. */
  async #send(random: SeededRandom | undefined, options: RequestOptions, body?: Buffer): Promise<Answer> {
    const sent = open(this.#order.port, { agent: random?.chance(0.3) === true ? false : this.#agent, ...options })
    const answer = readAnswer(sent)
    if (body === undefined) {
      sent.end()
    } else if (random?.chance(0.3) === true) {
      for (let at = 0; at < body.length;) {
        const end = at + random.integer(1, 128 * KiB)
        sent.write(body.subarray(at, end))
        at = end
      }
      sent.end()
    } else {
      sent.setHeader('content-length', body.length)
      sent.end(body)
    }
    try {
      return await answer
    } catch (error) {
      // A server may end a kept connection in the instant in which a request is on its way (RFC 9112 section 9.3.1).
      // Clients send that again, once and over a new one. If the first one had been accepted, its name would be taken
      // now.
      if (sent.reusedSocket && options.agent === undefined && hasCode(error, 'ECONNRESET', 'EPIPE')) {
        return await this.#send(undefined, { ...options, agent: false }, body)
      }
      const connection = sent.reusedSocket ? 'a kept connection' : 'a new connection'
      throw new Error(`${options.method ?? 'GET'} over ${connection}: ${String(error)}`, { cause: error })
    }
  }
}

function bytesOf(name: string): Buffer {
  const bytes = bytesOfName(name)
  assert.ok(bytes !== undefined)
  return bytes
}

function sizeOf(name: string): number {
  return Number(/-(\d+)\.bin$/.exec(name)?.[1])
}

await runTraffic(async (order, random) => new GoodClients(order, random))
