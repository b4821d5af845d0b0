import { expect, test } from 'vitest'
import { prefersHtml } from './accept.ts'

test.each([
  // Chromium and Firefox, when they navigate.
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8',
  'text/html',
  'TEXT/HTML',
  ' text/html ; q=0.5',
  'text/html;level=1',
  'application/json;q=0.5, text/html;q=0.9',
  'application/json, text/html',
])('%j gets a page', (accept) => {
  expect(prefersHtml(accept)).toBe(true)
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
])('%j gets JSON', (accept) => {
  expect(prefersHtml(accept)).toBe(false)
})
