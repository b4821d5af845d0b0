import { expect, test } from 'vitest'
import { fromFetchRequest } from './fetch-request.ts'
import { isFromBrowser } from './from-browser.ts'

function isBrowser(headers: Record<string, string>): boolean {
  return isFromBrowser({ header: (name) => headers[name] })
}

test.each([
  [{ origin: 'https://a.example' }],
  [{ origin: 'null' }],
  [{ 'sec-fetch-site': 'same-origin' }],
  [{ 'sec-fetch-mode': 'navigate' }],
  [{ 'sec-fetch-dest': 'empty' }],
  [{ 'sec-fetch-user': '?1' }],
])('a request with %j seems to come from a browser', (headers) => {
  expect(isBrowser(headers)).toBe(true)
  expect(isFromBrowser(fromFetchRequest(new Request('http://localhost', { headers })))).toBe(true)
})

test('a request without those headers does not', () => {
  expect(isBrowser({})).toBe(false)
  expect(isBrowser({ 'user-agent': 'Mozilla/5.0', 'sec-ch-ua': '"x"', referer: 'https://a.example' })).toBe(false)
})
