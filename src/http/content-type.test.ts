import { expect, test, vi } from 'vitest'
import { ContentType } from './content-type.ts'
import { toMediaType } from './media-type.ts'

vi.mock('./media-type.ts', { spy: true })

test.each([
  ['multipart/form-data; boundary=x', 'form'],
  [' Multipart/Form-Data ; boundary=x', 'form'],
  ['multipart/form-data', 'form'],
  ['multipart/form-data; boundary=a; boundary=b', 'form'],
  ['multipart/form-data, text/plain', 'form'],
  ['multipart/mixed; boundary=x', 'multipart'],
  ['multipart/form-datax; boundary=x', 'multipart'],
  ['multipart/form-data-x; boundary=x', 'multipart'],
  ['multipart/mixed; boundary=a"b', 'multipart'],
  ['application/x-www-form-urlencoded', 'urlencoded'],
  ['Application/X-WWW-Form-Urlencoded; charset=utf-8', 'urlencoded'],
  // Its parameters may say how to read it.
  ['application/x-www-form-urlencoded; charset=a; charset=b', 'file'],
  ['text/plain', 'text'],
  ['Text/Plain; charset=utf-8', 'text'],
  ['text/html', 'file'],
  ['image/png', 'file'],
  ['application/octet-stream', 'file'],
  ['multipart', 'file'],
  ['x multipart/form-data', 'file'],
  ['', 'file'],
  [undefined, 'file'],
])('the Content-Type %j says that the body is of the kind "%s"', (text, kind) => {
  expect(new ContentType(text).kind).toBe(kind)
})

test('a Content-Type is parsed when it is first asked for, and only then', () => {
  vi.mocked(toMediaType).mockClear()
  const contentType = new ContentType('Image/PNG; a=b')
  expect(toMediaType).not.toHaveBeenCalled()
  expect(contentType.text).toBe('Image/PNG; a=b')
  expect(contentType.kind).toBe('file')
  expect(contentType.mediaType).toEqual({ essence: 'image/png', parameters: new Map([['a', 'b']]) })
  expect(contentType.mediaType).toBe(contentType.mediaType)
  expect(toMediaType).toHaveBeenCalledTimes(1)
})

test('a Content-Type that is not valid is parsed once, too', () => {
  vi.mocked(toMediaType).mockClear()
  const contentType = new ContentType('image')
  expect([contentType.mediaType, contentType.mediaType, contentType.kind]).toEqual([undefined, undefined, 'file'])
  expect(toMediaType).toHaveBeenCalledTimes(1)
})
