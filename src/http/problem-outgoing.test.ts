import { expect, test } from 'vitest'
import { UploadError } from '../errors/upload-error.ts'
import { problemOutgoing } from './problem-outgoing.ts'
import { textOutgoing } from './text-outgoing.ts'

function bodyOf({ body }: { body?: unknown }): unknown {
  return body instanceof Uint8Array ? JSON.parse(new TextDecoder().decode(body)) : undefined
}

test('a refusal is problem details, not to be cached or taken for another type', () => {
  const error = new UploadError('file-too-large', { limit: 1024, filename: 'ü.png', field: 'photo' })
  const outgoing = problemOutgoing(error, 'POST')
  expect(outgoing.status).toBe(413)
  expect(outgoing.headers).toEqual({
    'content-type': 'application/problem+json',
    'content-length': String(new TextEncoder().encode(JSON.stringify(bodyOf(outgoing))).length),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  expect(bodyOf(outgoing)).toEqual({
    type: 'urn:problem-type:decant:file-too-large',
    title: 'The file is too large',
    status: 413,
    detail: '"ü.png" is larger than the limit of 1 KiB for a file. Choose a smaller file.',
    code: 'file-too-large',
    limit: 1024,
    filename: 'ü.png',
    field: 'photo',
  })
})

test('the client does not learn the cause of a failure', () => {
  const error = new UploadError('storage-failed', {}, { cause: new Error('/srv/secret') })
  expect(JSON.stringify(bodyOf(problemOutgoing(error, 'GET')))).not.toContain('secret')
})

test('a refusal of a method says which are allowed, in the header too', () => {
  const error = new UploadError('method-not-allowed', { method: 'PATCH', allow: ['GET', 'HEAD'] })
  expect(problemOutgoing(error, 'PATCH').headers).toMatchObject({ allow: 'GET, HEAD' })
})

test('a refusal of a coding says that only bodies without one are taken (RFC 9110 section 12.5.3)', () => {
  const coded = new UploadError('unsupported-media-type', { contentType: 'a/b', contentEncoding: 'gzip' })
  expect(problemOutgoing(coded, 'PUT').headers).toMatchObject({ 'accept-encoding': 'identity' })
  const typed = new UploadError('unsupported-media-type', { contentType: 'a/b' })
  expect(problemOutgoing(typed, 'PUT').headers).not.toHaveProperty('accept-encoding')
})

test('more headers can be added to a refusal', () => {
  const error = new UploadError('range-not-satisfiable', { size: 10 })
  expect(problemOutgoing(error, 'GET', { 'content-range': 'bytes */10' }).headers).toMatchObject({
    'content-range': 'bytes */10',
    'content-type': 'application/problem+json',
  })
})

test('the answer to HEAD has the length of the content and no content', () => {
  const outgoing = problemOutgoing(new UploadError('not-found', {}), 'HEAD')
  expect(outgoing.body).toBeUndefined()
  expect(Number(outgoing.headers['content-length'])).toBeGreaterThan(0)
})

test('a text is measured in bytes', () => {
  const outgoing = textOutgoing({ status: 200, type: 'text/plain', text: 'ü日', method: 'GET' })
  expect(outgoing.headers['content-length']).toBe('5')
  expect(outgoing.body).toEqual(new TextEncoder().encode('ü日'))
})

test('a refusal of an unknown client says how to sign in (RFC 9110 section 11.6.1)', () => {
  const error = new UploadError('unauthenticated', { challenge: 'Basic realm="Files"' })
  expect(problemOutgoing(error, 'GET')).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="Files"' },
  })
})
