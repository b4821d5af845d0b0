import { Readable } from 'node:stream'
import { S3Client } from '@aws-sdk/client-s3'
import type { S3ClientConfig } from '@aws-sdk/client-s3'
import type { EngineAnswer, EngineRequest } from './engine-message.ts'
import { ConnectionReset } from './simulated-engine.ts'
import type { Sender, SimulatedEngine } from './simulated-engine.ts'

/** The part of a request of the SDK that matters here. */
interface SentRequest {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

interface SentOptions {
  readonly abortSignal?: unknown
}

interface Received {
  readonly response: {
    readonly statusCode: number
    readonly headers: Record<string, string>
    readonly body: Readable
  }
}

/** Signs nothing, for an engine that does not check signatures. */
export const UNSIGNED: NonNullable<S3ClientConfig['signer']> = { sign: async (request) => request }

const CHUNK_SIZE = 64 * 1024

/**
 * The way of one process to an engine: a `requestHandler` for the SDK. A process that dies is imitated by `cut`: its
 * requests may or may not arrive, and it never gets an answer again.
 */
export class EngineConnection {
  readonly metadata = { handlerProtocol: 'http/1.1' } as const
  readonly #engine: SimulatedEngine
  readonly #sender: Sender
  #isCut = false

  constructor(engine: SimulatedEngine, name = 'client') {
    this.#engine = engine
    this.#sender = { name, isGone: () => this.#isCut }
  }

  /**
   * A client whose requests go to the engine.
   *
   * @param config as of the SDK. Without signatures, requests take half the time: `{ signer: UNSIGNED }`
   */
  client(config: S3ClientConfig = {}): S3Client {
    return new S3Client({
      endpoint: 'http://s3.test',
      region: 'us-east-1',
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: this,
      ...config,
    })
  }

  cut(): void {
    this.#isCut = true
  }

  async handle(sent: SentRequest, { abortSignal }: SentOptions = {}): Promise<Received> {
    const answer = this.#exchange(sent)
    return abortSignal instanceof AbortSignal ? Promise.race([answer, rejectedBy(abortSignal)]) : answer
  }

  updateHttpClientConfig(): void {
    // There is nothing to configure.
  }

  httpHandlerConfigs(): object {
    return {}
  }

  async #exchange(sent: SentRequest): Promise<Received> {
    await this.#unlessCut()
    const request = await toEngineRequest(sent)
    await this.#unlessCut()
    const answer = await this.#engine.answer(request, this.#sender).catch(async (error: unknown) => {
      await this.#unlessCut()
      throw error
    })
    await this.#unlessCut()
    return {
      response: { statusCode: answer.status, headers: { ...answer.headers }, body: Readable.from(chunksOf(answer)) },
    }
  }

  /** Never resolves for a dead process. */
  #unlessCut(): Promise<void> {
    return this.#isCut ? new Promise(() => {}) : Promise.resolve()
  }
}

async function toEngineRequest({ method, path, query = {}, headers, body }: SentRequest): Promise<EngineRequest> {
  const pairs = Object.entries(query).map(([name, value]): [string, string] => {
    if (Array.isArray(value)) throw new TypeError(`The query has several values for ${name}`)
    return [name, typeof value === 'string' ? value : '']
  })
  const fields = Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), value])
  for (const [name, value] of fields) {
    if (/[^\t\x20-\x7e]/.test(value)) throw new TypeError(`Invalid character in header content ["${name}"]`)
  }
  const bytes = await toBuffer(body)
  // As node:http does for a body that is not a stream.
  const length = body instanceof Readable ? [] : [['content-length', String(bytes.length)] as const]
  return { method, path, query: new Map(pairs), headers: new Map([...length, ...fields]), body: bytes }
}

/** A copy: the client may change its memory as soon as it has the answer. */
async function toBuffer(body: unknown): Promise<Buffer> {
  if (body === undefined || body === null) return Buffer.alloc(0)
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body)
  if (!(body instanceof Readable)) throw new TypeError('The simulation does not know such a body')
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

async function* chunksOf({ body, resetAfter = body.length + 1 }: EngineAnswer): AsyncGenerator<Uint8Array> {
  const end = Math.min(body.length, resetAfter)
  for (let at = 0; at < end; at += CHUNK_SIZE) yield Buffer.from(body.subarray(at, Math.min(end, at + CHUNK_SIZE)))
  if (resetAfter <= body.length) throw new ConnectionReset()
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  const error = Object.assign(new Error('Request aborted'), { name: 'AbortError' })
  return new Promise((_, reject) => {
    if (signal.aborted) reject(error)
    signal.addEventListener('abort', () => reject(error), { once: true })
  })
}
