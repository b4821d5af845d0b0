import { expect, test } from 'vitest'
import { toMediaType } from './media-type.ts'

test('a media type is read in any case', () => {
  expect(toMediaType(' Text/HTML ; Charset="UTF-8"')).toEqual({
    essence: 'text/html',
    parameters: new Map([['charset', 'UTF-8']]),
  })
  expect(toMediaType('image/svg+xml')?.essence).toBe('image/svg+xml')
})

test.each([
  '',
  'text',
  'text/',
  '/html',
  'text /html',
  'text/html charset',
  'text/html, text/plain',
  'text/html; a=1; a=2',
  'tëxt/html',
])('%j is not a valid media type', (text) => {
  expect(toMediaType(text)).toBeUndefined()
})
