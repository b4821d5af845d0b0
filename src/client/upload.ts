import type { CreatedAnswer } from '../handler/file-answer.ts'
import { pause } from './pause.ts'
import { ProgressMeter } from './progress-meter.ts'
import type { UploadProgress } from './progress-meter.ts'
import { readAnswer, toCreatedAnswer } from './read-answer.ts'
import { sendOnce } from './send-once.ts'
import type { ArrivedAnswer } from './send-once.ts'
import { UploadProblem } from './upload-problem.ts'

/** A form, as data or as an element of the page, or one file. */
export type UploadBody = FormData | HTMLFormElement | Blob

/** How a body is sent, and what is told of it. */
export interface UploadOptions<Answer = CreatedAnswer> {
  /** Called as bytes leave, and each second. */
  readonly onProgress?: (progress: UploadProgress) => void
  /** Cancels the upload. The server keeps nothing of it, unless it had all of it already. */
  readonly signal?: AbortSignal
  /** `PUT` stores a file under the name of the URL, and never over another one. Default: `POST`. */
  readonly method?: 'POST' | 'PUT'
  /** Headers, such as a CSRF token. */
  readonly headers?: HeadersInit
  /** The name of a file that is the body of a `POST`. Default: the name of the `File`. */
  readonly filename?: string
  /** True sends cookies to another origin. Its server has to allow it. Default: false. */
  readonly withCredentials?: boolean
  /** How often the same body is sent again after a broken connection. A refusal never is. Default: 3. */
  readonly retries?: number
  /** Told of a broken connection before the body is sent again, after `delayMs`. */
  readonly onRetry?: (problem: UploadProblem, delayMs: number) => void
  /**
   * Turns the JSON of a route of your own into the result; it throws if this is something else. Default: the answer of
   * `uploadHandler`.
   */
  readonly read?: (body: unknown) => Answer
}

const FIRST_DELAY_MS = 1000
const TICK_MS = 1000

/**
 * Uploads a form or a file, and tells how far it is. The connection may break: the body is sent again, unless it may
 * have arrived. A `PUT` is sent again even then, since it never makes a second file.
 *
 * @throws {UploadProblem} for each refusal and failure; the reason of `signal` if it aborts.
 * @throws {TypeError} for a URL, a method or a header that is not valid.
 */
export function upload(url: string | URL, body: UploadBody, options?: UploadOptions): Promise<CreatedAnswer>
export function upload<Answer>(
  url: string | URL,
  body: UploadBody,
  options: UploadOptions<Answer> & { readonly read: (body: unknown) => Answer },
): Promise<Answer>
export async function upload(
  url: string | URL,
  body: UploadBody,
  options: UploadOptions<unknown> = {},
): Promise<unknown> {
  return readAnswer(await sendBody(url, body, options), options.read ?? toCreatedAnswer)
}

/**
 * Sends a body, again if the connection broke before all of it had left, and gives the answer whatever it says.
 *
 * @throws {UploadProblem} `connection-failed`, `outcome-unknown` and `file-unreadable`.
 * @param accept the media types of the answer, if `options.headers` do not name them
 */
export async function sendBody(
  url: string | URL,
  body: UploadBody,
  options: UploadOptions<unknown>,
  accept = 'application/json',
): Promise<ArrivedAnswer> {
  const { method = 'POST', signal, withCredentials = false, retries = 3, onProgress, onRetry } = options
  const data = body instanceof HTMLFormElement ? new FormData(body) : body
  const headers = new Headers({ accept })
  const name = options.filename ?? (data instanceof File ? data.name : undefined)
  if (data instanceof Blob && method === 'POST' && name !== undefined)
    headers.set('content-disposition', `attachment; filename*=UTF-8''${encodeName(name)}`)
  for (const [key, value] of new Headers(options.headers)) headers.set(key, value)
  let wasUnclear: UploadProblem | undefined
  for (let left = retries; ; left--) {
    const { report, stop } = reporter(onProgress)
    try {
      const answer = await sendOnce({
        method,
        url: String(url),
        headers,
        body: data,
        withCredentials,
        signal,
        onSent: report,
      })
      // The name is taken, perhaps by the try before: its outcome stays unknown.
      if (wasUnclear !== undefined && answer.status === 409) throw wasUnclear
      return answer
    } catch (error) {
      if (!(error instanceof UploadProblem) || error === wasUnclear) throw error
      const isUnclear = error.code === 'outcome-unknown'
      // After all bytes have left, it does not matter any more.
      if (!isUnclear) await checkReadable(data)
      if (left <= 0 || (isUnclear && method !== 'PUT')) throw wasUnclear ?? error
      if (isUnclear) wasUnclear = error
      // At random, since a server that comes back would otherwise meet all of its clients at once.
      const delayMs = FIRST_DELAY_MS * 2 ** (retries - left) * (1 + Math.random() / 2)
      onRetry?.(error, delayMs)
      await pause(delayMs, signal)
    } finally {
      stop()
    }
  }
}

/** Adds speed and time left to the reports of a request, and repeats the last one each second. */
function reporter(tell: UploadOptions['onProgress']): {
  readonly report: (loaded: number, total: number) => void
  readonly stop: () => void
} {
  const meter = new ProgressMeter()
  let timer: ReturnType<typeof setInterval> | undefined
  return {
    report(loaded, total) {
      meter.report(loaded, performance.now())
      const repeat = (): void => tell?.(meter.read(loaded, total, performance.now()))
      clearInterval(timer)
      timer = setInterval(repeat, TICK_MS)
      repeat()
    },
    stop: () => clearInterval(timer),
  }
}

/** RFC 8187 section 3.2.1. */
function encodeName(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)
}

/** A file that was changed or deleted looks like a broken connection, and no new try would help. */
async function checkReadable(body: FormData | Blob): Promise<void> {
  for (const value of body instanceof Blob ? [body] : body.values()) {
    if (!(value instanceof Blob)) continue
    try {
      // Not a slice: that of a deleted file, whose size is 0, is empty and not read.
      const reader = value.stream().getReader()
      await reader.read()
      await reader.cancel()
    } catch (cause) {
      throw new UploadProblem({ code: 'file-unreadable' }, undefined, cause)
    }
  }
}
