import { Agent } from 'node:http'
import type { RequestOptions } from 'node:http'
import { open, readAnswer } from '../cli/client.ts'
import { encodedForm } from './encoded-form.ts'
import { seededFile } from './seeded-file.ts'
import type { SeededFile } from './seeded-file.ts'
import type { SeededRandom } from './seeded-random.ts'

/** The facts about a file in a 201. */
export interface Acknowledged {
  readonly key: string
  readonly filename: string
  readonly type: string
  /** Bytes. */
  readonly size: number
}

/** A client that uploads over one connection until the server is no more, and knows what it was promised. */
export class KillClient {
  /** The files of each request whose 201 was read to its end. */
  readonly acknowledged: (readonly Acknowledged[])[] = []
  /** The keys of each request that has no answer. */
  readonly cut: (readonly string[])[] = []
  readonly faults: string[] = []
  readonly #port: number
  readonly #label: string
  readonly #random: SeededRandom
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  #files = 0
  #isEndExpected = false

  /** `label` begins the names of its files. */
  constructor(port: number, label: string, random: SeededRandom) {
    this.#port = port
    this.#label = label
    this.#random = random
  }

  /** From now on it is not a fault that the server is gone. */
  expectEnd(): void {
    this.#isEndExpected = true
  }

  /** Resolves when the server is gone. */
  async run(): Promise<void> {
    while (await this.#upload());
    this.#agent.destroy()
  }

  async #upload(): Promise<boolean> {
    const isForm = this.#random.chance(0.6)
    const files = Array.from({ length: isForm ? this.#random.integer(1, 5) : 1 }, () => this.#file())
    const keys = files.map(({ name }) => name)
    try {
      const { status, text } = isForm ? await this.#sendForm(files) : await this.#sendFile(files)
      if (status === 201) this.acknowledged.push(this.#filesOf(text, files))
      else this.faults.push(`an answer is ${status}: ${text}`)
      return status === 201
    } catch (error) {
      // ECONNRESET, EPIPE, ECONNREFUSED, aborted: the server is gone.
      this.cut.push(keys)
      if (!this.#isEndExpected) this.faults.push(`a request failed before the kill: ${String(error)}`)
      return false
    }
  }

  async #sendForm(files: readonly SeededFile[]): Promise<{ status: number; text: string }> {
    const { contentType, body } = await encodedForm(
      files.map(({ name, bytes }) => ({ name: 'file', filename: sentName(name), content: bytes })),
    )
    return this.#send({ method: 'POST', path: '/uploads', headers: { 'content-type': contentType } }, body)
  }

  async #sendFile(files: readonly SeededFile[]): Promise<{ status: number; text: string }> {
    const [{ name, bytes } = this.#file()] = files
    if (this.#random.chance(0.5)) return this.#send({ method: 'PUT', path: `/uploads/${name}` }, bytes)
    const headers = { 'content-disposition': `attachment; filename="${sentName(name)}"` }
    return this.#send({ method: 'POST', path: '/uploads', headers }, bytes)
  }

  async #send(options: RequestOptions, body: Buffer): Promise<{ status: number; text: string }> {
    const sent = open(this.#port, { agent: this.#agent, ...options })
    const answer = readAnswer(sent)
    sent.setHeader('content-length', body.length)
    sent.end(body)
    return answer
  }

  #filesOf(text: string, sent: readonly SeededFile[]): readonly Acknowledged[] {
    const { files }: { files: Acknowledged[] } = JSON.parse(text)
    const keys = files.map(({ key }) => key)
    const expected = sent.map(({ name }) => name)
    if (String(keys) !== String(expected)) this.faults.push(`${String(expected)} was stored as ${String(keys)}`)
    return files
  }

  #file(): SeededFile {
    this.#files++
    return seededFile(`${this.#label}-${this.#files}`, this.#random.magnitude(1, 20 * 1024 ** 2), 'bin')
  }
}

/** With a space before it, so that only the record of the stored file tells the name that it had. */
function sentName(name: string): string {
  return ` ${name}`
}
