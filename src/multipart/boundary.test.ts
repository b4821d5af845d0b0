import { describe, expect, test } from 'vitest'
import { isUploadError } from '../errors/upload-error.ts'
import { parseBoundary } from './boundary.ts'

function refusal(contentType: string): { code: string; reason?: unknown } | undefined {
  try {
    parseBoundary(contentType)
    return undefined
  } catch (error) {
    if (!isUploadError(error)) throw error
    return { code: error.code, ...Object(error.details) }
  }
}

describe('the boundary of a Content-Type', () => {
  test.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data;charset=utf-8;BOUNDARY="a b"', 'a b'],
    ['multipart/form-data; boundary="a\\b"', 'ab'],
    ['multipart/form-data; boundary=----=_Part_1.2', '----=_Part_1.2'],
    ['multipart/form-data; boundary="(a):b,c/d?e=f\'g+h"', "(a):b,c/d?e=f'g+h"],
    ['multipart/form-data; boundary=*****', '*****'],
    ['multipart/form-data; boundary=--dio&12', '--dio&12'],
    ['multipart/form-data; boundary="a@b;c=d,e"', 'a@b;c=d,e'],
    ['multipart/form-data; boundary="!#$%&*[]^`{|}~"', '!#$%&*[]^`{|}~'],
    ['multipart/form-data; boundary=" a"', ' a'],
    [`multipart/form-data; boundary=${'7'.repeat(77)}`, '7'.repeat(77)],
    [`multipart/form-data; boundary=${'x'.repeat(256)}`, 'x'.repeat(256)],
    ['multipart/form-data; boundary=x; boundaries*=y', 'x'],
    ['multipart/form-data; boundary=x;', 'x'],
    ['multipart/form-data; boundary = "x y"', 'x y'],
  ])('%s', (contentType, boundary) => {
    expect(parseBoundary(contentType)).toBe(boundary)
  })

  test.each([
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/mixed; boundary=x',
    'multipart/form-datax; boundary=x',
  ])('%j is another type', (contentType) => {
    expect(refusal(contentType)).toMatchObject({ code: 'unsupported-media-type' })
  })

  test.each([
    'multipart/form-data',
    'multipart/form-data; charset=utf-8',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=; charset=utf-8',
    'Multipart/Form-Data;Boundary= ',
    'multipart/form-data; boundary=""',
  ])('%j is refused, since it has no boundary', (contentType) => {
    const reason = 'the Content-Type has no boundary; leave the header to the client that encodes the form'
    expect(refusal(contentType)).toEqual({ code: 'malformed-request', reason })
  })

  test.each([
    'multipart/form-data; boundary="x "',
    'multipart/form-data; boundary=" "',
    'multipart/form-data; boundary=a<b',
    'multipart/form-data; boundary="a>b"',
    'multipart/form-data; boundary="a\\"b"',
    'multipart/form-data; boundary="a\\\\b"',
    'multipart/form-data; boundary="a\tb"',
    'multipart/form-data; boundary="ä"',
    `multipart/form-data; boundary=${'x'.repeat(257)}`,
  ])('%j is refused, and the reason says which boundaries are allowed', (contentType) => {
    const reason =
      'the boundary in the Content-Type is not allowed: a boundary has 1 to 256 visible ASCII characters or spaces, ' +
      'without `"`, `\\`, `<` and `>`, and no space at the end'
    expect(refusal(contentType)).toEqual({ code: 'malformed-request', reason })
  })

  test.each([
    ['boundary*', "multipart/form-data; boundary*=utf-8''x"],
    ['boundary*', "multipart/form-data; boundary=x; Boundary*=utf-8''y"],
    ['boundary*0', 'multipart/form-data; boundary*0=x; boundary*1=y'],
    ['boundary*0*', "multipart/form-data; boundary*0*=utf-8''x"],
  ])('with the parameter %s is refused: %s', (name, contentType) => {
    const reason = `the Content-Type has a parameter ${name}; send the boundary as plain "boundary"`
    expect(refusal(contentType)).toEqual({ code: 'malformed-request', reason })
  })

  test.each([
    'multipart/form-data; boundary=a; boundary=b',
    'multipart/form-data; boundary=a, multipart/form-data; boundary=b',
    'multipart/form-data; boundary=a"b',
  ])('%j is refused, since it cannot be read', (contentType) => {
    expect(refusal(contentType)).toEqual({ code: 'malformed-request', reason: 'the Content-Type cannot be read' })
  })
})
