import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openSite } from './fixtures/site.ts'

const FORM = '--X\r\nContent-Disposition: form-data; name="a"; filename="a.txt"\r\n\r\nhello\r\n--X--\r\n'
const MULTIPART = 'Content-Type: multipart/form-data; boundary=X'
const NAMED = 'Content-Disposition: attachment; filename="a.txt"'

/** Each way to send a file, without the header of its coding. */
const WAYS = [
  ['a form', 'POST / HTTP/1.1', MULTIPART, FORM],
  ['a file by POST', 'POST / HTTP/1.1', NAMED, 'hello'],
  ['a file by PUT', 'PUT /a.txt HTTP/1.1', 'Content-Type: text/plain', 'hello'],
] as const

describe.each(WAYS)('%s', (_, start, header, body) => {
  test.each(['gzip', 'identity, zstd'])('with Content-Encoding: %s is refused for its coding', async (coding) => {
    await using site = await openSite()
    const coded = gzipSync(body).toString('latin1')
    const { status, headers, ...answer } = await site.ask(
      `${start}\r\nHost: x\r\n${header}\r\nContent-Encoding: ${coding}\r\nContent-Length: ${coded.length}\r\n\r\n${coded}`,
    )
    const problem = JSON.parse(answer.body.toString())
    expect([status, headers['accept-encoding'], problem.code]).toEqual([415, 'identity', 'unsupported-media-type'])
    expect(problem.detail).toMatch(/^A body with the Content-Encoding "(gzip|zstd)" is not accepted here\./)
    expect(await site.everyFile()).toEqual([])
  })

  test('with Content-Encoding: identity is stored as it is', async () => {
    await using site = await openSite()
    const { status } = await site.ask(
      `${start}\r\nHost: x\r\n${header}\r\nContent-Encoding: identity\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    expect([status, await site.everyFile()]).toEqual([201, ['a.txt']])
  })

  test('with a compressed Transfer-Encoding is refused, and never stored', async () => {
    const failures: unknown[] = []
    await using site = await openSite({ onError: (error) => failures.push(error) })
    const coded = gzipSync(body).toString('latin1')
    const { status, ...answer } = await site.ask(
      `${start}\r\nHost: x\r\n${header}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n` +
        `${coded.length.toString(16)}\r\n${coded}\r\n0\r\n\r\n`,
    )
    expect([status, JSON.parse(answer.body.toString())]).toEqual([
      501,
      expect.objectContaining({ code: 'unsupported-transfer-coding', coding: 'gzip' }),
    ])
    expect(await site.everyFile()).toEqual([])
    // The client chose the coding, so this is not a failure of the server.
    expect(failures).toEqual([])
  })
})

test('a form with a Content-Encoding that names no coding is read by its boundary', async () => {
  await using site = await openSite()
  const { status } = await site.ask(
    `POST / HTTP/1.1\r\nHost: x\r\n${MULTIPART}\r\nContent-Encoding: utf-8\r\nContent-Length: ${FORM.length}\r\n\r\n${FORM}`,
  )
  expect([status, await site.everyFile()]).toEqual([201, ['a.txt']])
})
