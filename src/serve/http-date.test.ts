import { expect, test } from 'vitest'
import { parseHttpDate } from './http-date.ts'

const NOW = Date.UTC(2026, 10, 24)

test.each([
  ['Sun, 06 Nov 1994 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
  ['Sunday, 06-Nov-94 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
  ['Sun Nov  6 08:49:37 1994', Date.UTC(1994, 10, 6, 8, 49, 37)],
  ['Wed Nov 16 08:49:37 1994', Date.UTC(1994, 10, 16, 8, 49, 37)],
  ['Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
  ['Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['Mon, 01 Jan 0001 00:00:00 GMT', Date.parse('0001-01-01T00:00:00Z')],
])('%s is understood', (value, time) => {
  expect(parseHttpDate(value, NOW)).toBe(time)
})

test('a year of two digits is in the past, if it would be more than 50 years ahead', () => {
  expect(parseHttpDate('Tuesday, 24-Nov-76 00:00:00 GMT', NOW)).toBe(Date.UTC(2076, 10, 24))
  expect(parseHttpDate('Thursday, 24-Nov-77 00:00:00 GMT', NOW)).toBe(Date.UTC(1977, 10, 24))
})

test.each([
  '',
  '0',
  'now',
  '1994-11-06T08:49:37Z',
  'Sun, 06 Nov 1994 08:49:37',
  'Sun, 06 Nov 1994 08:49:37 +0100',
  'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
  'sun, 06 nov 1994 08:49:37 gmt',
  'Sun, 6 Nov 1994 08:49:37 GMT',
  'Sun, 06 Abc 1994 08:49:37 GMT',
  'Wed, 31 Nov 1994 08:49:37 GMT',
  'Thu, 29 Feb 2023 00:00:00 GMT',
  'Sun, 00 Nov 1994 08:49:37 GMT',
  'Sun, 06 Nov 1994 24:00:00 GMT',
  'Sun, 06 Nov 1994 08:60:00 GMT',
  'Sun, 06 Nov 1994 08:49:61 GMT',
])('%j is not a valid HTTP-date', (value) => {
  expect(parseHttpDate(value, NOW)).toBeUndefined()
})
