import { deepEqual, equal, fail, ok } from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isUploadError } from '../../src/errors/upload-error.ts'
import { UPLOAD_ERROR_TABLE } from '../../src/errors/upload-error-table.ts'
import { openFilesIn } from '../../src/file/fixtures/open-files.ts'
import { uploadHandler } from '../../src/handler/upload-handler.ts'
import type { UploadHandler } from '../../src/handler/upload-handler.ts'
import { ALL } from '../../src/media/extension-rule.ts'
import { parseBoundary } from '../../src/multipart/boundary.ts'
import { referenceOutcome } from '../../src/multipart/testing/reference-decoder.ts'
import { uploadSet } from '../../src/policy/upload-set.ts'
import { diskStorage } from '../../src/storage/disk/disk-storage.ts'

/** A request as it reached the runtime: the head as it was parsed, and every byte of the body that was handed over. */
export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly contentType: string | undefined
  /** A browser's headers are among the request's, so no name is percent-decoded. */
  readonly fromBrowser: boolean
  /** The end of the body has come, too. */
  readonly isWhole: boolean
  readonly body: Buffer
}

/** The answer to a client; absent if it had gone. */
interface SeenAnswer {
  readonly status: number
  readonly body: Buffer
}

export interface Exchange {
  readonly request: SeenRequest
  readonly answer: SeenAnswer | undefined
}

/** The one file that is there from the beginning. */
export const KNOWN: Buffer = Buffer.from('A file that was there before.')

/** Every status that a client may be given; these do not include failures of the server. */
const STATUSES: ReadonlySet<number> = new Set([
  200,
  201,
  204,
  206,
  303,
  304,
  // Node's own, for an expectation that is not valid.
  417,
  ...Object.values(UPLOAD_ERROR_TABLE)
    .map(({ status }) => status)
    // 501 says that the client asked for a transfer coding which the server does not know.
    .filter((status) => status < 500 || status === 501),
])

/** A folder with an upload handler before it, and what has to hold for both whatever is sent. */
export class UploadFolder {
  readonly path: string
  readonly handler: UploadHandler
  readonly #failures: unknown[] = []
  readonly #onRejection = (reason: unknown): void => void this.#failures.push(reason)

  static async open(): Promise<UploadFolder> {
    const folder = new UploadFolder(await mkdtemp(join(tmpdir(), 'fuzz-uploads-')))
    await writeFile(join(folder.path, 'known.txt'), KNOWN)
    return folder
  }

  private constructor(path: string) {
    this.path = path
    const set = uploadSet('files', {
      storage: diskStorage(path),
      extensions: ALL,
      content: 'trust',
      digest: 'sha-256',
      maxFileSize: 10_000,
      maxFiles: 3,
    })
    this.handler = uploadHandler(set, {
      listing: true,
      deletion: true,
      maxBodySize: 20_000,
      idleTimeoutMs: 50,
      onError: (error) => this.#failures.push(error),
    })
    process.on('unhandledRejection', this.#onRejection)
  }

  /** To be called when nothing is going on any more. */
  async check(exchanges: readonly Exchange[]): Promise<void> {
    const [failure] = this.#failures.splice(0)
    if (failure !== undefined) throw new Error('A failure of ours', { cause: failure })
    await eventually(async () => (await this.#drafts()).length === 0, 'no draft is left')
    await eventually(() => process.platform !== 'linux' || openFilesIn(this.path).length === 0, 'no file stays open')
    await this.#checkFiles(exchanges)
  }

  async close(): Promise<void> {
    process.off('unhandledRejection', this.#onRejection)
    await rm(this.path, { recursive: true })
  }

  async #checkFiles(exchanges: readonly Exchange[]): Promise<void> {
    const visible = new Map<string, Buffer>()
    for (const name of await this.#visible()) visible.set(name, await readFile(join(this.path, name)))
    const mayDelete = exchanges.some(({ request }) => request.method === 'DELETE')
    const told = new Map<string, Buffer>([['known.txt', KNOWN]])
    const untold: Buffer[] = []
    for (const { request, answer } of exchanges) {
      if (answer === undefined) {
        untold.push(...(filesOf(request) ?? []).map(({ bytes }) => bytes))
        continue
      }
      ok(STATUSES.has(answer.status), `status ${answer.status} to ${request.method} ${request.url}`)
      if (answer.status !== 201) continue
      ok(request.isWhole, 'a 201 only for all of the body')
      const files = filesOf(request) ?? fail('A 201 for a body that is not a whole upload')
      const named: { filename: string; key: string; size: number }[] = JSON.parse(String(answer.body)).files
      equal(named.length, files.length, 'each file is told of')
      for (const [index, { filename, key, size }] of named.entries()) {
        const sent = files[index] ?? fail('unreachable')
        if (sent.filename !== undefined) equal(filename, sent.filename)
        equal(size, sent.bytes.length)
        ok(mayDelete || !told.has(key), 'a name is given once')
        told.set(key, sent.bytes)
      }
    }
    for (const [key, bytes] of told) {
      const found = visible.get(key)
      if (found === undefined) ok(mayDelete, `${key} was told of and is not there`)
      else if (!mayDelete) deepEqual(found, bytes, `${key} is not what was sent`)
      visible.delete(key)
    }
    for (const [key, bytes] of visible) {
      ok(
        untold.some((each) => each.equals(bytes)),
        `${key} is there, and no client was told: ${summaryOf(exchanges)}`,
      )
    }
  }

  async #visible(): Promise<string[]> {
    return (await readdir(this.path)).filter((name) => name !== '.decant')
  }

  async #drafts(): Promise<string[]> {
    try {
      const entries = await readdir(join(this.path, '.decant/drafts'), { recursive: true, withFileTypes: true })
      return entries.filter((entry) => entry.isFile() && entry.name !== 'lease').map(({ name }) => name)
    } catch {
      // ENOENT: nothing has been uploaded yet.
      return []
    }
  }

  /** Leaves the folder as it was, for the next case. */
  async restore(): Promise<void> {
    const names = await this.#visible()
    await Promise.all(
      names.filter((name) => name !== 'known.txt').map((name) => rm(join(this.path, name), { recursive: true })),
    )
    await rm(join(this.path, '.decant/records'), { recursive: true, force: true })
    await writeFile(join(this.path, 'known.txt'), KNOWN)
  }
}

function summaryOf(exchanges: readonly Exchange[]): string {
  return exchanges.map(({ request, answer }) => `${request.method} ${request.url} ${answer?.status ?? '-'}`).join(', ')
}

/** A file as a client sent it. */
export interface SentFile {
  /** `undefined` if the URL or a header decides. */
  readonly filename: string | undefined
  readonly bytes: Buffer
}

/** The files of a whole upload, by the slow and obvious decoder; `undefined` for any other body. */
export function filesOf({ method, contentType = '', fromBrowser, body }: SeenRequest): SentFile[] | undefined {
  if (method !== 'POST' || !/^\s*multipart\/form-data\b/i.test(contentType))
    return [{ filename: undefined, bytes: body }]
  try {
    const { parts, refusal } = referenceOutcome(body, parseBoundary(contentType), { decodesPercent: !fromBrowser })
    if (refusal !== undefined) return undefined
    // The form may name another charset for its names than the reference reads them by.
    const isForeign = parts.some(({ head }) => head.name === '_charset_')
    return parts
      .filter(({ head }) => head.filename !== undefined && head.filename !== '')
      .map(({ head, bytes }) => ({ filename: isForeign ? undefined : head.filename, bytes: Buffer.from(bytes) }))
  } catch (error) {
    // Without a boundary there is no upload.
    if (isUploadError(error)) return undefined
    throw error
  }
}

/** Looks again and again, for five seconds at most. */
export async function eventually(holds: () => boolean | Promise<boolean>, title: string): Promise<void> {
  const end = Date.now() + 5000
  while (!(await holds())) {
    if (Date.now() > end) fail(`Not so after five seconds: ${title}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
