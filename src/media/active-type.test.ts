import { describe, expect, test } from 'vitest'
import { inertType, isActive, isInline, withCharset } from './active-type.ts'
import { mediaType } from './type-by-name.ts'

const ACTIVE = words(`
  text/html application/xhtml+xml image/svg+xml image/svg text/xml application/xml text/xsl
  application/xslt+xml application/rss+xml application/mathml+xml application/vnd.wap.xhtml+xml
  text/javascript application/javascript application/x-javascript text/ecmascript text/jscript
  application/xml-dtd text/javascript1.5 text/livescript application/wasm application/hta application/x-shockwave-flash
  message/rfc822 multipart/related multipart/x-mixed-replace text/cache-manifest text/x-component
`)
const SHOWN = words(`
  image/png image/jpeg image/gif image/webp image/avif image/bmp audio/mpeg audio/ogg video/mp4 video/webm
  text/plain application/pdf
`)
const DOWNLOADED = words(`
  application/octet-stream application/zip text/css text/csv application/json text/markdown application/msword
  font/woff2 text/rtf application/xmlish text/html-like
`)

describe('a type that could run a script on the site', () => {
  test.each(ACTIVE)('%s is active, and not shown', (type) => {
    expect(isActive(type)).toBe(true)
    expect(isInline(type)).toBe(false)
  })
})

describe('a type that can only be looked at', () => {
  test.each(SHOWN)('%s is shown', (type) => {
    expect(isInline(type)).toBe(true)
    expect(isActive(type)).toBe(false)
  })
})

describe('a type that browsers do not show', () => {
  test.each(DOWNLOADED)('%s is downloaded', (type) => {
    expect(isInline(type)).toBe(false)
    expect(isActive(type)).toBe(false)
  })
})

test.each([
  ['a.html', true],
  ['a.htm', true],
  ['a.shtml', true],
  ['a.xhtml', true],
  ['a.svg', true],
  ['a.svgz', true],
  ['a.xml', true],
  ['a.xsl', true],
  ['a.xslt', true],
  ['a.rdf', true],
  ['a.js', true],
  ['a.mjs', true],
  ['a.wasm', true],
  ['a.swf', true],
  ['a.mht', false],
  ['a.eml', true],
  ['a.png', false],
  ['a.css', false],
])('%s by its name is active: %s', (filename, active) => {
  expect(isActive(mediaType(filename))).toBe(active)
  if (!active) expect(['image/png', 'text/css', 'application/octet-stream']).toContain(mediaType(filename))
})

describe('a script that another page could load', () => {
  test.each([
    'text/javascript',
    'application/javascript',
    'application/x-javascript',
    'text/ecmascript',
    'text/jscript',
  ])('%s is served as text', (type) => {
    expect(inertType(type)).toBe('text/plain')
  })

  test('is served as mere bytes if it is not a text', () => {
    expect(inertType('application/wasm')).toBe('application/octet-stream')
  })

  test('leaves every other type as it is', () => {
    for (const type of [...SHOWN, ...DOWNLOADED, 'text/html', 'image/svg+xml']) expect(inertType(type)).toBe(type)
  })
})

describe('a charset', () => {
  test.each([
    ['text/plain', 'text/plain; charset=utf-8'],
    ['text/html', 'text/html; charset=utf-8'],
    ['text/css', 'text/css; charset=utf-8'],
    ['text/xml', 'text/xml'],
    ['application/xml', 'application/xml'],
    ['image/svg+xml', 'image/svg+xml'],
    ['application/json', 'application/json'],
    ['application/octet-stream', 'application/octet-stream'],
    ['image/png', 'image/png'],
  ])('%s is sent as %s', (type, contentType) => {
    expect(withCharset(type)).toBe(contentType)
  })
})

function words(text: string): string[] {
  return text.trim().split(/\s+/)
}
