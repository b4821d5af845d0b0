import { readAnswer } from './answer.ts'
import type { Answer } from './answer.ts'

export interface PostOptions {
  /** Gives up. */
  readonly signal: AbortSignal
  /** The share of the body that was sent, from 0 to 1. At 1 the server still has to look at it. */
  readonly onProgress: (share: number) => void
}

/**
 * Posts one file as the form would. XMLHttpRequest, because `fetch` does not tell how much has been sent. `undefined`
 * after the signal aborted; never rejects.
 */
export function postFile(file: File, action: string, { signal, onProgress }: PostOptions): Promise<Answer | undefined> {
  const { promise, resolve } = Promise.withResolvers<Answer | undefined>()
  const request = new XMLHttpRequest()
  const body = new FormData()
  body.append('file', file, file.name)
  request.open('POST', action)
  request.responseType = 'json'
  request.setRequestHeader('Accept', 'application/json')
  request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0))
  request.upload.addEventListener('load', () => onProgress(1))
  request.addEventListener('loadend', () =>
    resolve(signal.aborted ? undefined : readAnswer(request.status, request.response)),
  )
  signal.addEventListener('abort', () => request.abort(), { once: true })
  request.send(body)
  return promise
}
