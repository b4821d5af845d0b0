import { describe, expect, test } from 'vitest'
import { ContentType } from '../http/content-type.ts'
import { checkCodings } from './check-codings.ts'

function check(headers: Readonly<Record<string, string | undefined>>): void {
  checkCodings({ header: (name) => headers[name], contentType: new ContentType(headers['content-type']) })
}

const FORM = 'multipart/form-data; boundary=X'
const TYPES = [FORM, 'application/x-www-form-urlencoded', 'image/png', undefined]

describe.each(TYPES)('a body of type %s', (contentType) => {
  test.each([
    'gzip',
    'x-gzip',
    'deflate',
    'compress',
    'x-compress',
    'br',
    'zstd',
    'dcb',
    'dcz',
    'aes128gcm',
    'exi',
    'pack200-gzip',
    'GZIP',
    ' gzip ',
    'gzip, identity',
    'identity,,\tBr',
  ])('with the content coding %j is refused by its name', (coding) => {
    const told = expect.objectContaining({
      code: 'unsupported-media-type',
      message: expect.stringMatching(
        /^A body with the Content-Encoding "[\da-z-]+" is not accepted here\. Send the body as it is/,
      ),
      details: expect.objectContaining({ contentEncoding: coding.toLowerCase().replaceAll(/identity|[\s,]/g, '') }),
    })
    expect(() => check({ 'content-type': contentType, 'content-encoding': coding })).toThrow(told)
  })

  test.each([undefined, '', ' ', 'identity', 'Identity', 'identity, identity', ', identity ,'])(
    'with the content coding %j is as it is',
    (coding) => {
      expect(() => check({ 'content-type': contentType, 'content-encoding': coding })).not.toThrow()
    },
  )

  test.each([undefined, 'chunked', 'Chunked', ', chunked'])('with the transfer coding %j is as it is', (coding) => {
    expect(() => check({ 'content-type': contentType, 'transfer-encoding': coding })).not.toThrow()
  })

  test.each([
    ['gzip, chunked', 'gzip'],
    ['gzip', 'gzip'],
    ['chunked, X-Own', 'x-own'],
    ['identity, chunked', 'identity'],
  ])('with the transfer coding %j is refused', (header, coding) => {
    expect(() => check({ 'content-type': contentType, 'transfer-encoding': header })).toThrow(
      expect.objectContaining({ code: 'unsupported-transfer-coding', status: 501, details: { coding } }),
    )
  })
})

test.each(['utf-8', 'multipart/form-data', 'binary', 'none, UTF-8'])(
  'the Content-Encoding %j, which is not a coding, is ignored for a multipart body and refused for others',
  (coding) => {
    expect(() => check({ 'content-type': FORM, 'content-encoding': coding })).not.toThrow()
    for (const contentType of TYPES.slice(1)) {
      expect(() => check({ 'content-type': contentType, 'content-encoding': coding })).toThrow(
        expect.objectContaining({ code: 'unsupported-media-type', status: 415 }),
      )
    }
  },
)
