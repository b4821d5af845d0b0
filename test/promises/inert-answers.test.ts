import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { listen } from '../../src/adapters/node/fixtures/listen.ts'
import { nodeHandler } from '../../src/adapters/node/node-handler.ts'
import { openSite } from '../../src/handler/fixtures/site.ts'
import { ALL } from '../../src/media/extension-rule.ts'
import { fileServer } from '../../src/serve/file-server.ts'

const SCRIPT = '<script>alert(document.domain)</script>'
const SVG = `<svg xmlns="http://www.w3.org/2000/svg">${SCRIPT}</svg>`

test.each([
  ['page.html', `<!doctype html>${SCRIPT}`, /^text\/html\b/, 'attachment'],
  [
    'page.xhtml',
    `<html xmlns="http://www.w3.org/1999/xhtml">${SCRIPT}</html>`,
    /^application\/xhtml\+xml$/,
    'attachment',
  ],
  ['drawing.svg', SVG, /^image\/svg\+xml$/, 'attachment'],
  ['data.xml', `<?xml version="1.0"?><x>${SVG}</x>`, /xml$/, 'attachment'],
  ['script.js', 'alert(1)', /^text\/plain\b/, 'inline'],
  ['module.mjs', 'alert(1)', /^text\/plain\b/, 'inline'],
  ['style.css', 'body { color: red }', /^text\/css\b/, 'attachment'],
  ['note.txt', `<!doctype html>${SCRIPT}`, /^text\/plain\b/, 'inline'],
  ['unknown', 'no type at all', /^(?:text\/plain\b|application\/octet-stream$)/, undefined],
])('a stored file cannot act for the site: %s', async (name, text, type, disposition) => {
  await using site = await openSite({ policy: { extensions: ALL } })
  const shared = await listen(createServer(nodeHandler(fileServer({ '': site.set.storage }))))
  try {
    const created = await fetch(`${site.origin}/${name}`, { method: 'PUT', body: text })
    expect(created.status).toBe(201)
    for (const origin of [site.origin, shared.origin]) {
      const response = await fetch(`${origin}/${name}`)
      expect(await response.text()).toBe(text)
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(response.headers.get('content-type')).toMatch(type)
      expect(response.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/)
      expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin')
      if (disposition !== undefined) expect(response.headers.get('content-disposition')).toMatch(`${disposition};`)
    }
  } finally {
    await shared.close()
  }
})

test('a refusal that repeats a name cannot act for the site either', async () => {
  await using site = await openSite()
  const response = await fetch(`${site.origin}/${encodeURIComponent(SCRIPT.replaceAll('/', ''))}.html`)
  expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
})

test('a page that calls itself a picture is refused', async () => {
  await using site = await openSite({ policy: { extensions: ALL } })
  const headers = { 'content-type': 'image/png' }
  const response = await fetch(`${site.origin}/cat.png`, { method: 'PUT', headers, body: `<!doctype html>${SCRIPT}` })
  expect([response.status, await response.json()]).toMatchObject([415, { code: 'type-mismatch' }])
  expect(await site.everyFile()).toEqual([])
})
