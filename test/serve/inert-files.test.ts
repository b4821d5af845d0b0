import { createServer } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Incoming } from '../../src/http/incoming.ts'
import type { Outgoing } from '../../src/http/outgoing.ts'
import { fileOutgoing } from '../../src/serve/file-outgoing.ts'
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts'
import { chromium, launch } from '../browser/chromium.ts'
import { nodeHandler } from '../../src/adapters/node/node-handler.ts'
import { listen } from '../../src/adapters/node/fixtures/listen.ts'
import type { AdapterServer } from '../../src/testing/adapter-contract/steps.ts'

/** The harm that a stranger's script would do with the site's permissions: three ways to notice it. */
const SCRIPT = "document.cookie='stolen=1';new Image().src='/called-back?by=script';fetch('/called-back?by=fetch')"

const ACTIVE = [
  {
    key: 'page.html',
    type: 'text/html',
    text: `<!doctype html><title>page</title><script>${SCRIPT}</script>
      <img src="/called-back?by=img" onerror="${SCRIPT}"><svg onload="${SCRIPT}"></svg>
      <script src="/called-back?by=src"></script><link rel="stylesheet" href="/called-back?by=css">
      <iframe srcdoc="<script>parent.${SCRIPT}</script>"></iframe><meta http-equiv="refresh" content="0;url=/called-back?by=refresh">
      <form action="/called-back"><button>x</button></form><a href="javascript:${SCRIPT}">link</a>`,
  },
  {
    key: 'picture.svg',
    type: 'image/svg+xml',
    text: `<svg xmlns="http://www.w3.org/2000/svg" onload="${SCRIPT}"><script>${SCRIPT}</script>
      <image href="/called-back?by=image"/><text y="20">picture</text></svg>`,
  },
  {
    key: 'page.xhtml',
    type: 'application/xhtml+xml',
    text: `<html xmlns="http://www.w3.org/1999/xhtml"><head><script>${SCRIPT}</script></head><body>page</body></html>`,
  },
  {
    key: 'transformed.xml',
    type: 'text/xml',
    text: `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="/files/style.xsl"?><x/>`,
  },
  {
    key: 'style.xsl',
    type: 'application/xml',
    text: `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#s"?>
      <xsl:stylesheet id="s" version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">
      <html><body><script>${SCRIPT}</script><script xmlns="http://www.w3.org/1999/xhtml">${SCRIPT}</script></body></html>
      </xsl:template></xsl:stylesheet>`,
  },
  { key: 'program.js', type: 'text/javascript', text: SCRIPT },
]

/** Shapes that a browser has to show as they are: one red pixel, an empty page, a second of silence. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='
const PDF = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj
trailer<</Root 1 0 R>>
%%EOF`

function silence(): Uint8Array {
  const wave = new Uint8Array(44 + 8000).fill(128, 44)
  const view = new DataView(wave.buffer)
  const ascii = (at: number, text: string) => wave.set(new TextEncoder().encode(text), at)
  ascii(0, 'RIFF')
  view.setUint32(4, 36 + 8000, true)
  ascii(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 1],
    [34, 8],
  ] as const)
    view.setUint16(at, value, true)
  view.setUint32(24, 8000, true)
  view.setUint32(28, 8000, true)
  ascii(36, 'data')
  view.setUint32(40, 8000, true)
  return wave
}

/**
 * Stored files under `/files/` (forced inline with `?inline`, an attachment with `?download`) in a site with pages of
 * its own.
 */
async function site(called: string[]): Promise<AdapterServer> {
  const storage = memoryStorage()
  const put = async (key: string, type: string, bytes: Uint8Array) => {
    const draft = storage.createDraft()
    await draft.append(bytes)
    await (await draft.seal()).publish(key, { filename: key, type })
  }
  for (const { key, type, text } of ACTIVE) await put(key, type, new TextEncoder().encode(text))
  await put('red.png', 'image/png', Buffer.from(PNG, 'base64'))
  await put('silence.wav', 'audio/wav', silence())
  await put('empty.pdf', 'application/pdf', new TextEncoder().encode(PDF))
  await put('note.txt', 'text/plain', new TextEncoder().encode('<script>grüße</script>'))

  const handle = async (incoming: Incoming): Promise<Outgoing | undefined> => {
    const { target } = incoming
    const [path = '', query] = target.split('?')
    if (path === '/called-back') called.push(target)
    if (path === '/control') return html(`<script>${SCRIPT}</script>`)
    if (path === '/loads-script') return html('<script src="/files/program.js"></script>')
    if (path === '/blank') return html('')
    if (!path.startsWith('/files/')) return undefined
    const disposition = query === 'inline' ? 'inline' : query === 'download' ? 'attachment' : 'auto'
    return fileOutgoing(incoming, storage, path.slice('/files/'.length), { disposition })
  }
  return listen(createServer(nodeHandler({ handle })))
}

function html(body: string): Outgoing {
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: `<!doctype html>${body}` }
}

describe.skipIf(!chromium)('in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())

  /** Opens a page of a fresh site in a fresh profile; tells what a script in it has done to the site. */
  async function visit(path: string, look?: (page: Page) => Promise<unknown>) {
    const called: string[] = []
    const server = await site(called)
    const context = await browser.newContext({ viewport: { width: 300, height: 200 } })
    try {
      const page = await context.newPage()
      const download = page.waitForEvent('download').then(
        (event) => event.path(),
        () => undefined,
      )
      try {
        await page.goto(server.origin + path, { waitUntil: 'load' })
      } catch (error) {
        // A download is not a page to go to.
        if (!String(error).includes('Download is starting')) throw error
        await download
      }
      const seen = await look?.(page)
      // Every request that the page had begun has reached the server before the answer to this, or never will.
      await page.goto(`${server.origin}/blank`, { waitUntil: 'networkidle' })
      const cookies = (await context.cookies(server.origin)).map(({ name }) => name)
      return { seen, cookies, called }
    } finally {
      await context.close()
      await server.close()
    }
  }

  test('a script of the site itself is noticed: the tests below could fail', async () => {
    const { cookies, called: calls } = await visit('/control')
    expect(cookies).toEqual(['stolen'])
    expect(calls.toSorted()).toEqual(['/called-back?by=fetch', '/called-back?by=script'])
  })

  test.concurrent.each(
    ACTIVE.flatMap(({ key }) => [`/files/${key}`, `/files/${key}?inline`, `/files/${key}?download`]),
  )('%s neither runs nor loads anything', async (path) => {
    expect(await visit(path)).toEqual({ seen: undefined, cookies: [], called: [] })
  })

  test('a page of the site cannot load a stored file as a script', async () => {
    expect(await visit('/loads-script')).toEqual({ seen: undefined, cookies: [], called: [] })
  })

  test('a link in a stored page does nothing with the site, even when it is clicked', async () => {
    const { cookies, called: calls } = await visit('/files/page.html?inline', async (page) => {
      await page.click('a')
      await page.click('button')
    })
    expect([cookies, calls]).toEqual([[], []])
  })

  test('a picture, a sound, a text and a PDF are still shown', async () => {
    const picture = await visit('/files/red.png', (page) => page.evaluate('document.querySelector("img").naturalWidth'))
    expect(picture.seen).toBe(1)
    const sound = await visit('/files/silence.wav', (page) =>
      page.waitForFunction('document.querySelector("video").readyState >= 1').then(() => 'ready'),
    )
    expect(sound.seen).toBe('ready')
    const text = await visit('/files/note.txt', (page) => page.innerText('body'))
    expect(text.seen).toBe('<script>grüße</script>')
    // Chromium's viewer is an extension of its own in a frame.
    const viewer = (page: Page) => page.frames().some((frame) => frame.url().startsWith('chrome-extension://'))
    await visit('/files/empty.pdf', async (page) => {
      await expect.poll(() => viewer(page)).toBe(true)
    })
  })
})
