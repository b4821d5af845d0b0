import { UploadProblem } from './upload-problem.ts'

/** A request, as `XMLHttpRequest` takes it. */
export interface Sending {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: FormData | Blob
  readonly withCredentials: boolean
  readonly signal: AbortSignal | undefined
  /** Called with the bytes that have left, and the bytes of the whole body. */
  readonly onSent: (loaded: number, total: number) => void
}

/** An answer that has arrived completely. */
export interface ArrivedAnswer {
  readonly status: number
  /** True if it is HTML of the page's own origin. HTML of another origin must not run in the page. */
  readonly isPage: boolean
  readonly text: string
  /** The URL of the answer, after all redirects. */
  readonly url: string
  readonly isRedirected: boolean
  /** The wait that Retry-After asks for in seconds, as Decant does; a date is ignored. */
  readonly retryAfterMs: number | undefined
}

/**
 * Sends a request once, with `XMLHttpRequest`: no browser's `fetch` tells yet how much has been sent.
 *
 * @throws {UploadProblem} `connection-failed` or `outcome-unknown`; the reason of the signal if it aborts.
 */
export async function sendOnce(sending: Sending): Promise<ArrivedAnswer> {
  const { method, url, headers, body, withCredentials, signal, onSent } = sending
  signal?.throwIfAborted()
  const request = new XMLHttpRequest()
  const over = new AbortController()
  let allSent = false
  request.open(method, url)
  request.withCredentials = withCredentials
  for (const [name, value] of headers) request.setRequestHeader(name, value)
  request.upload.addEventListener('progress', ({ loaded, total }) => onSent(loaded, total))
  request.upload.addEventListener('load', () => void (allSent = true))
  signal?.addEventListener('abort', () => request.abort(), { signal: over.signal })
  await new Promise((resolve) => {
    request.addEventListener('loadend', resolve)
    request.send(body)
  })
  over.abort()
  signal?.throwIfAborted()
  if (request.status > 0) return answerOf(request, url)
  throw new UploadProblem(allSent ? { code: 'outcome-unknown' } : { code: 'connection-failed', canRetry: true })
}

function answerOf(request: XMLHttpRequest, url: string): ArrivedAnswer {
  const asked = new URL(url, document.baseURI)
  asked.hash = ''
  const isOwn = new URL(request.responseURL).origin === location.origin
  return {
    status: request.status,
    isPage: isOwn && /^text\/html\b/i.test(request.getResponseHeader('content-type') ?? ''),
    text: request.responseText,
    url: request.responseURL,
    isRedirected: request.responseURL !== asked.href,
    // A page of another origin may not read it, unless the server exposes it.
    retryAfterMs: Number(request.getResponseHeader('retry-after')) * 1000 || undefined,
  }
}
