import { deepEqual, equal, ok } from 'node:assert/strict'
import { uploadHandler } from '../../handler/upload-handler.ts'
import type { UploadHandler } from '../../handler/upload-handler.ts'
import type { UploadHandlerOptions } from '../../handler/upload-handler-options.ts'
import { uploadSet } from '../../policy/upload-set.ts'
import { memoryStorage } from '../../storage/memory/memory-storage.ts'
import type { RawAnswer } from './raw-client.ts'

/** The most bytes of a file here. */
const MAX_FILE_SIZE = 1_000_000

/** More than any buffer on the way takes. */
export const TOO_LARGE: Buffer = Buffer.alloc(20_000_000, 'x')

/** Takes files of a megabyte. */
export function photos(options: UploadHandlerOptions = {}): UploadHandler {
  return uploadHandler(uploadSet('photos', { storage: memoryStorage(), maxFileSize: MAX_FILE_SIZE }), options)
}

/** The beginning of a request that sends a file as it is. */
export function head(...headers: readonly string[]): string {
  return ['PUT /big.txt HTTP/1.1', 'Host: x', ...headers, '', ''].join('\r\n')
}

/** It is the whole refusal: its status, and a body to its last brace. */
export function isTooLarge({ status, headers, body }: RawAnswer): void {
  equal(status, 413)
  equal(headers['content-type'], 'application/problem+json')
  const problem: unknown = JSON.parse(body.toString())
  ok(typeof problem === 'object' && problem !== null && 'code' in problem && 'limit' in problem)
  deepEqual([problem.code, problem.limit], ['file-too-large', MAX_FILE_SIZE])
}
