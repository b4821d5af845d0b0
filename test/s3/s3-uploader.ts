import { Agent } from 'node:http'
import { open, readAnswer } from '../cli/client.ts'
import type { Answer } from '../cli/client.ts'
import { encodedForm } from '../endurance/encoded-form.ts'
import { seededFile } from '../endurance/seeded-file.ts'
import type { SeededFile } from '../endurance/seeded-file.ts'
import type { SeededRandom } from '../endurance/seeded-random.ts'

/** The largest file, in bytes: three parts. */
const MOST = 20 * 1024 ** 2

/** A file of a 201. */
export interface StoredUpload {
  readonly key: string
  readonly filename: string
}

/** A client that sends files and forms over one connection, and knows what it was promised. */
export class S3Uploader {
  /** The files of each 201 of `/files`. */
  readonly stored: StoredUpload[] = []
  /** The names of the files of each request with a 201. */
  readonly promised: (readonly string[])[] = []
  /** The names of the files of each request, whatever the answer was. */
  readonly sent: (readonly string[])[] = []
  readonly counts = { acknowledged: 0, refused: 0, cut: 0 }
  readonly faults: string[] = []
  readonly #label: string
  readonly #random: SeededRandom
  readonly #ports: readonly number[]
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  #files = 0

  /**
   * @param ports those of the servers: each request goes to one of them
   * @param label begins the names of its files
   */
  constructor(ports: readonly number[], label: string, random: SeededRandom) {
    this.#ports = ports
    this.#label = label
    this.#random = random
  }

  /** Sends one request after the other while `isRunning`. */
  async run(isRunning: () => boolean): Promise<void> {
    while (isRunning()) await this.#request()
    this.#agent.destroy()
  }

  async #request(): Promise<void> {
    const kind = this.#random.pick(['file', 'form', 'post'] as const)
    const files = Array.from({ length: { file: 1, form: this.#random.integer(1, 5), post: 2 }[kind] }, () =>
      this.#file(),
    )
    const names = files.map(({ name }) => name)
    this.sent.push(names)
    try {
      const { status, text } = kind === 'file' ? await this.#sendFile(files) : await this.#sendForm(kind, files)
      if (status === 201) this.#acknowledge(kind, names, text)
      else if (status >= 500) this.counts.refused++
      else this.faults.push(`an answer is ${status}: ${text}`)
    } catch {
      // ECONNRESET, EPIPE, ECONNREFUSED, aborted: the server is gone.
      this.counts.cut++
    }
  }

  #acknowledge(kind: 'file' | 'form' | 'post', names: readonly string[], text: string): void {
    this.counts.acknowledged++
    this.promised.push(names)
    // The rows tell what became of a post.
    if (kind === 'post') return
    const { files }: { files: StoredUpload[] } = JSON.parse(text)
    const stored = files.map(({ filename }) => filename)
    if (String(stored) !== String(names)) this.faults.push(`${String(names)} was stored as ${String(stored)}`)
    this.stored.push(...files)
  }

  async #sendForm(kind: 'form' | 'post', files: readonly SeededFile[]): Promise<Answer> {
    const inputs = kind === 'form' ? files.map(() => 'file') : ['cover', 'page']
    const { contentType, body } = await encodedForm(
      files.map(({ name, bytes }, index) => ({ name: inputs[index] ?? '', filename: name, content: bytes })),
    )
    return this.#send(kind === 'form' ? '/files' : '/posts', { 'content-type': contentType }, body)
  }

  async #sendFile([file = this.#file()]: readonly SeededFile[]): Promise<Answer> {
    return this.#send('/files', { 'content-disposition': `attachment; filename="${file.name}"` }, file.bytes)
  }

  async #send(path: string, headers: Readonly<Record<string, string>>, body: Buffer): Promise<Answer> {
    const port = this.#random.pick(this.#ports)
    const sent = open(port, { agent: this.#agent, method: 'POST', path, headers })
    const answer = readAnswer(sent)
    sent.setHeader('content-length', body.length)
    sent.end(body)
    return answer
  }

  #file(): SeededFile {
    this.#files++
    return seededFile(`${this.#label}-${this.#files}`, this.#random.magnitude(1, MOST))
  }
}
