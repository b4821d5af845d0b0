import { describe, expect, test } from 'vitest'
import { uploadForm } from '../form/upload-form.ts'
import { memorySet } from '../policy/fixtures/sets.ts'
import { rawRequest } from '../receive/fixtures/form-body.ts'
import { parts } from '../receive/parts.ts'
import { receive } from '../receive/receive.ts'
import { openSite } from './fixtures/site.ts'

/**
 * URLSession of an iPhone adds headers of the draft for resumable uploads to every upload, and sends a complete body.
 */
const HEADERS = [
  ['since iOS 18', { 'Upload-Draft-Interop-Version': '6', 'Upload-Complete': '?1' }],
  ['on iOS 17', { 'Upload-Draft-Interop-Version': '3', 'Upload-Incomplete': '?0' }],
] as const

const MULTIPART = 'multipart/form-data; boundary=X'
const URLENCODED = 'application/x-www-form-urlencoded'
const FORM =
  '--X\r\nContent-Disposition: form-data; name="title"\r\n\r\nHi\r\n' +
  '--X\r\nContent-Disposition: form-data; name="photo"; filename="a.txt"\r\n\r\nhello\r\n--X--\r\n'

describe.each(HEADERS)('a request with the headers of an iPhone (%s) is an ordinary upload:', (_, headers) => {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)

  function request(body: string, type: string): Request {
    const sent = rawRequest(body, type)
    for (const [name, value] of Object.entries(headers)) sent.headers.set(name, value)
    return sent
  }

  test.each([
    ['a form', 'POST / HTTP/1.1', `Content-Type: ${MULTIPART}`, FORM],
    ['a file by POST', 'POST / HTTP/1.1', 'Content-Disposition: attachment; filename="a.txt"', 'hello'],
    ['a file by PUT', 'PUT /a.txt HTTP/1.1', 'Content-Type: application/octet-stream', 'hello'],
  ])('%s to a handler', async (__, start, header, body) => {
    await using site = await openSite()
    const { status } = await site.ask(
      `${start}\r\nHost: x\r\n${lines.join('')}${header}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    expect([status, await site.everyFile()]).toEqual([201, ['a.txt']])
    expect(await (await fetch(`${site.origin}/a.txt`)).text()).toBe('hello')
  })

  test('a form to `receive`', async () => {
    await using upload = await receive(request(FORM, MULTIPART))
    expect([...upload.fields]).toEqual([['title', 'Hi']])
    expect(await upload.files.required('photo').text()).toBe('hello')
  })

  test('a urlencoded form to `receive`', async () => {
    await using upload = await receive(request('title=Hi', URLENCODED))
    expect([...upload.fields]).toEqual([['title', 'Hi']])
  })

  test('a form to `parts`', async () => {
    const told: string[] = []
    for await (const part of parts(request(FORM, MULTIPART))) told.push(`${part.field}: ${await part.text()}`)
    expect(told).toEqual(['title: Hi', 'photo: hello'])
  })

  test('a form to `uploadForm`', async () => {
    const form = uploadForm({ photo: memorySet().one() }, { unknownParts: 'ignore' })
    expect((await form.receive(request(FORM, MULTIPART))).photo.size).toBe(5)
  })

  test('a body of another type is refused for its type alone', async () => {
    await expect(receive(request('{}', 'application/json'))).rejects.toMatchObject({ code: 'unsupported-media-type' })
  })
})
