import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { claimedType } from './claimed-type.ts'

describe('a Content-Type', () => {
  test.each([
    ['text/plain', 'text/plain'],
    ['Text/HTML; charset=utf-8', 'text/html'],
    ['text/html;charset="a;b"', 'text/html'],
    [' image/svg+xml ; x=y', 'image/svg+xml'],
    ['application/vnd.ms-excel', 'application/vnd.ms-excel'],
    ['text/plain\t', 'text/plain'],
  ])('%j is %s', (contentType, type) => {
    expect(claimedType(contentType)).toBe(type)
  })

  test.each([
    undefined,
    '',
    'text',
    'text/',
    '/plain',
    'text/plain/x',
    'text plain',
    'text/plain, text/html',
    'text/html charset=utf-8',
    '*/*',
    'image/*',
    'text/pla\u00efn',
    'text/plain\r\nX: y',
    'text/plain\n',
    `text/${'x'.repeat(128)}`,
  ])('%j is malformed, so that it tells nothing', (contentType) => {
    expect(claimedType(contentType)).toBe('application/octet-stream')
  })

  test('never becomes anything that would not do as a header', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string().map((text) => `text/${text}`),
        ),
        (contentType) => {
          expect(claimedType(contentType)).toMatch(/^[!-~]+\/[!-~]+$/)
          expect(claimedType(claimedType(contentType))).toBe(claimedType(contentType))
        },
      ),
    )
  })
})
