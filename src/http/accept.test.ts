import { describe, expect, test } from 'vitest'
import { prefersHtml } from './accept.ts'

function isHtml(headers: Readonly<Record<string, string | undefined>>): boolean {
  return prefersHtml((name) => headers[name])
}

describe('without Sec-Fetch-Mode', () => {
  test.each([
    // Chromium and Firefox, when they navigate.
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8',
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.8',
    // Safari.
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'text/html',
    'TEXT/HTML',
    ' text/html ; q=0.5',
    'text/html;level=1',
    'application/json;q=0.5, text/html;q=0.9',
    'application/json, text/html',
    // `image/*` is a range and not a type.
    'text/html, image/*;q=0.5',
  ])('%j gets a page', (accept) => {
    expect(isHtml({ accept })).toBe(true)
  })

  test.each([
    undefined,
    '',
    '*/*',
    'text/*',
    'application/json',
    'application/json, text/html;q=0.9',
    'text/html;q=0',
    'text/html;q=nonsense',
    'application/xhtml+xml',
    'text/htmlx',
    // HttpURLConnection of Java, before and since version 21.
    'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
    'text/html, image/gif, image/jpeg, */*; q=0.2',
    'IMAGE/PNG, TEXT/HTML',
  ])('%j gets JSON', (accept) => {
    expect(isHtml({ accept })).toBe(false)
  })
})

describe('a browser that sends Sec-Fetch-Mode', () => {
  const navigation = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

  test.each([navigation, '*/*', 'application/json', 'text/html, image/gif', undefined])(
    'gets a page for a navigation, whatever it accepts (%j)',
    (accept) => {
      expect(isHtml({ accept, 'sec-fetch-mode': 'navigate' })).toBe(true)
    },
  )

  test.each(['cors', 'no-cors', 'same-origin', 'websocket', '', 'navigate, navigate', 'Navigate'])(
    'gets JSON for a request of mode %j, whatever it accepts',
    (mode) => {
      expect(isHtml({ accept: navigation, 'sec-fetch-mode': mode })).toBe(false)
    },
  )
})
