import { describe, expect, test } from 'vitest'
import { isUploadError } from '../errors/upload-error.ts'
import { parseBoundary } from './boundary.ts'

function refusal(contentType: string): string | undefined {
  try {
    parseBoundary(contentType)
    return undefined
  } catch (error) {
    return isUploadError(error) ? error.code : String(error)
  }
}

describe('the boundary of a Content-Type', () => {
  test.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data;charset=utf-8;BOUNDARY="a b"', 'a b'],
    ['multipart/form-data; boundary="a\\b"', 'ab'],
    ['multipart/form-data; boundary=----=_Part_1.2', '----=_Part_1.2'],
    ['multipart/form-data; boundary="(a):b,c/d?e=f\'g+h"', "(a):b,c/d?e=f'g+h"],
    [`multipart/form-data; boundary=${'x'.repeat(70)}`, 'x'.repeat(70)],
    ['multipart/form-data; boundary=x;', 'x'],
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
    expect(refusal(contentType)).toBe('unsupported-media-type')
  })

  test.each([
    'multipart/form-data',
    'multipart/form-data; charset=utf-8',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=""',
    'multipart/form-data; boundary="x "',
    'multipart/form-data; boundary="a@b"',
    'multipart/form-data; boundary="ä"',
    'multipart/form-data; boundary=a; boundary=b',
    'multipart/form-data; boundary=a, multipart/form-data; boundary=b',
    `multipart/form-data; boundary=${'x'.repeat(71)}`,
  ])('%j is refused', (contentType) => {
    expect(refusal(contentType)).toBe('malformed-request')
  })
})
