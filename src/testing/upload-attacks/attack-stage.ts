import { deepEqual, fail, ok } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import { RawClient } from '../adapter-contract/raw-client.ts'
import type { RawAnswer } from '../adapter-contract/raw-client.ts'
import type { AttackFile, UploadTarget } from './upload-target.ts'

/** Attacks by the rule that has to hold. */
export type Attacks = Readonly<Record<string, (stage: AttackStage) => Promise<void>>>

const BOUNDARY = '----attack'
const GOOD_FILE: AttackFile = { name: 'attack.txt', type: 'text/plain', content: 'hello' }

/** The tools of one attack, and the state that every attack has to leave alone. */
export class AttackStage {
  readonly #target: UploadTarget
  readonly #clients: RawClient[] = []

  /** Runs an attack within its time, and looks at its leftovers; rejects if a rule is broken. */
  static async run(target: UploadTarget, attack: (stage: AttackStage) => Promise<void>): Promise<void> {
    const stage = new AttackStage(target)
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`It was not over after ${stage.#timeoutMs / 1000} seconds.`)),
        stage.#timeoutMs,
      )
    })
    try {
      await Promise.race([attack(stage), late])
    } finally {
      clearTimeout(timer)
      for (const client of stage.#clients) client.destroy()
    }
  }

  private constructor(target: UploadTarget) {
    this.#target = target
  }

  /** Half-open uploads during which others have to be served. */
  get crowd(): number {
    return this.#target.crowd ?? 200
  }

  /** A client, which goes away at the end. */
  async connect(): Promise<RawClient> {
    const client = await RawClient.connect(new URL(this.#target.url).origin)
    this.#clients.push(client)
    return client
  }

  /** The head of a request; `headers` beside those that each has. */
  head(...headers: readonly string[]): string {
    const { pathname, search, host } = new URL(this.#target.url)
    const own = Object.entries(this.#target.headers ?? {}).map(([name, value]) => `${name}: ${value}`)
    return [`POST ${pathname}${search} HTTP/1.1`, `Host: ${host}`, ...own, ...headers, '', ''].join('\r\n')
  }

  /** The head of a form; `headers` give its length. */
  formHead(...headers: readonly string[]): string {
    return this.head(`Content-Type: multipart/form-data; boundary=${BOUNDARY}`, ...headers)
  }

  /** A whole request with a form. */
  form(body: string = this.goodForm(), ...headers: readonly string[]): string {
    return this.formHead(`Content-Length: ${body.length}`, ...headers) + body
  }

  /** Closes a form. */
  readonly end: string = `--${BOUNDARY}--\r\n`

  /** A part with these headers. */
  part(headers: string, content: string): string {
    return `--${BOUNDARY}\r\n${headers}\r\n\r\n${content}\r\n`
  }

  /** The headers of a file's part. */
  fileHead({ name, type }: Omit<AttackFile, 'content'> = this.#file): string {
    const { field = 'file' } = this.#target
    return toBinary(
      `Content-Disposition: form-data; name="${field}"; filename="${unlike(name)}"\r\nContent-Type: ${type}`,
    )
  }

  /** The parts of a good form before its file. */
  fields(): string {
    const fields = Object.entries(this.#target.fields ?? {})
    return fields
      .map(([name, value]) => this.part(toBinary(`Content-Disposition: form-data; name="${name}"`), toBinary(value)))
      .join('')
  }

  /** The form of an upload without faults. */
  goodForm(content: string = toBinary(this.#file.content)): string {
    return this.fields() + this.part(this.fileHead(), content) + this.end
  }

  get #file(): AttackFile {
    return this.#target.file ?? GOOD_FILE
  }

  /** A good form is accepted. */
  async uploadsWell(): Promise<void> {
    const client = await this.connect()
    await client.send(this.form())
    isTaken(await finalAnswer(client))
    client.destroy()
  }

  /** Sends a request that has to be refused, and checks every rule for refusals. */
  async refuses(request: string): Promise<void> {
    await this.leavesNothing(async () => {
      const client = await this.connect()
      const [answer] = await Promise.all([finalAnswer(client), sent(client, request)])
      isRefused(answer)
      client.destroy()
    })
  }

  /** `attack` leaves nothing behind, and the next upload works. */
  async leavesNothing(attack: () => Promise<void>): Promise<void> {
    const { leftovers } = this.#target
    const before = new Set(await leftovers?.())
    await attack()
    if (leftovers !== undefined) await this.#settles(before, leftovers)
    await this.uploadsWell()
  }

  /** A request that is refused for every client: when it is answered, the server has seen the bytes before it. */
  async roundTrip(): Promise<void> {
    const client = await this.connect()
    await client.ask(this.form('nothing of a form'))
    client.destroy()
  }

  /** The leftovers of a client that went away take a moment to go; the attack's own time bounds this. */
  async #settles(before: ReadonlySet<string>, leftovers: () => Promise<readonly string[]>): Promise<void> {
    const end = performance.now() + this.#timeoutMs / 2
    for (let clean = 0; clean < 2;) {
      const left = (await leftovers()).filter((name) => !before.has(name))
      clean = left.length === 0 ? clean + 1 : 0
      if (left.length > 0 && performance.now() > end) deepEqual(left, [], 'The attack has left something behind.')
      await (left.length === 0 ? this.roundTrip() : delay(20))
    }
  }

  get #timeoutMs(): number {
    return this.#target.timeoutMs ?? 20_000
  }
}

/** The next answer that is not an interim one (RFC 9110 section 15.2). */
export async function finalAnswer(client: RawClient): Promise<RawAnswer> {
  for (;;) {
    const answer = await client.answer('POST')
    if (answer.status >= 200) return answer
  }
}

/** The bytes that are sent for as long as there is no answer. */
export interface Stream {
  readonly begin: string
  readonly data: string
  /** How often `data` is sent at most. */
  readonly times: number
  /** The bytes at its end. Default: there is no end, and an answer has to come before it. */
  readonly end?: string
}

/** The answer to a client that sends until it has one. */
export async function sendUntilAnswered(client: RawClient, { begin, data, times, end }: Stream): Promise<RawAnswer> {
  const over = new AbortController()
  const answer = finalAnswer(client)
  const onOver = (): void => over.abort()
  answer.then(onOver, onOver)
  let isOpen = await sent(client, begin)
  for (let count = 0; count < times && isOpen && !over.signal.aborted; count += 1) {
    isOpen = await sent(client, data)
    // If the system takes every write at once, Node never comes to read the answer without a turn of its loop.
    await setImmediate()
  }
  if (end !== undefined) await sent(client, end)
  else if (isOpen && !over.signal.aborted) fail(`There was no answer when ${times * data.length} bytes had been sent.`)
  return answer
}

/** Whether the system has taken all of it. A refused client may be hung up on, once it has its answer. */
export async function sent(client: RawClient, data: string | Uint8Array): Promise<boolean> {
  return client.send(data).then(
    () => true,
    // EPIPE, ECONNRESET, or a socket that is closed already.
    () => false,
  )
}

export function isTaken({ status, body }: RawAnswer): void {
  ok(status >= 200 && status < 400, `A good upload was answered ${status}: ${body.toString('utf8', 0, 200)}`)
}

export function isRefused({ status, body }: RawAnswer): void {
  ok(status >= 400 && status < 500, `It was answered ${status} and not 4xx: ${body.toString('utf8', 0, 200)}`)
}

/** The name with a word of its own before its extension: some servers accept a name only once. */
function unlike(name: string): string {
  return name.replace(/(?<=.)(?=\.[^.]*$)|(?<=^[^.]+)$/, `-${randomUUID().slice(0, 8)}`)
}

/** Characters for bytes, as they are written to the wire. */
function toBinary(text: string): string {
  return Buffer.from(text).toString('latin1')
}
