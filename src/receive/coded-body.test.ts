import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { uploadForm } from '../form/upload-form.ts'
import { problemOutgoing } from '../http/problem-outgoing.ts'
import { isUploadError } from '../errors/upload-error.ts'
import { rawRequest } from './fixtures/form-body.ts'
import { parts } from './parts.ts'
import { receive } from './receive.ts'

const FORM = '--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--X--\r\n'
const MULTIPART = 'multipart/form-data; boundary=X'
const URLENCODED = 'application/x-www-form-urlencoded'

function coded(body: string, contentType: string, coding: string): Request {
  const request = rawRequest(new Uint8Array(gzipSync(body)), contentType)
  request.headers.set('content-encoding', coding)
  return request
}

async function readParts(request: Request): Promise<void> {
  for await (const part of parts(request)) await part.bytes()
}

describe('a body that is compressed is refused, and never read as text,', () => {
  test.each([
    ['a multipart form, by `receive`', () => receive(coded(FORM, MULTIPART, 'gzip'))],
    ['a multipart form, by `parts`', () => readParts(coded(FORM, MULTIPART, 'gzip'))],
    ['a multipart form, by `uploadForm`', () => uploadForm({}).receive(coded(FORM, MULTIPART, 'gzip'))],
    ['a urlencoded form, by `receive`', () => receive(coded('a=1', URLENCODED, 'gzip'))],
    ['a urlencoded form, by `uploadForm`', () => uploadForm({}).receive(coded('a=1', URLENCODED, 'gzip'))],
    ['a urlencoded form in a coding of its own', () => receive(coded('a=1', URLENCODED, 'x-own'))],
  ])('%s', async (_, run) => {
    const error: unknown = await run().catch((reason: unknown) => reason)
    if (!isUploadError(error)) throw error
    expect([error.status, error.code]).toEqual([415, 'unsupported-media-type'])
    expect(error.message).toContain('with the Content-Encoding "')
    expect(problemOutgoing(error, 'POST').headers).toMatchObject({ 'accept-encoding': 'identity' })
  })
})

test.each([
  ['a=1', URLENCODED, 'identity'],
  ['a=1', URLENCODED, ''],
  [FORM, MULTIPART, 'utf-8'],
])('%j of type %s with Content-Encoding: %j is read as it is', async (body, contentType, coding) => {
  const request = rawRequest(body, contentType)
  request.headers.set('content-encoding', coding)
  await using upload = await receive(request)
  expect([...upload.fields]).toEqual([['a', '1']])
})
