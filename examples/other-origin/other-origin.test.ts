import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromium, launch } from '../../test/browser/chromium.ts'
import { draftsIn } from '../../test/browser/client-site.ts'

// 1x1, so that a browser can show it.
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

// A loaded machine may take longer than Vitest's second.
const WAIT = { timeout: 30_000 }

describe.skipIf(!chromium)('the page on another origin', () => {
  let browser: Browser
  let root: string
  let origin: string
  let uploads: string
  let stop: () => Promise<void>

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'other-origin-'))
    // As a user starts it. The uploads go to the folder in which it is started.
    const app = spawn(process.execPath, [fileURLToPath(new URL('app.ts', import.meta.url))], {
      cwd: root,
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exit = once(app, 'exit')
    const started = once(createInterface(app.stdout), 'line').then(([line]) => new URL(line).origin)
    origin = await Promise.race([started, exit.then(([code]) => Promise.reject(new Error(`It ended with ${code}`)))])
    uploads = (await (await fetch(`${origin}/config.json`)).json()).uploads
    stop = async () => {
      app.kill()
      await exit
    }
    browser = await launch()
  })

  afterAll(async () => {
    await browser.close()
    await stop()
    await rm(root, { recursive: true })
  })

  /** The page, in a browser of its own. */
  async function open(): Promise<Page> {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(origin, { waitUntil: 'networkidle' })
    return page
  }

  async function choose(page: Page, name: string, buffer: Buffer): Promise<void> {
    await page.getByLabel('Picture').setInputFiles({ name, mimeType: 'image/png', buffer })
  }

  /** The files that are visible, of all users. */
  async function stored(): Promise<string[]> {
    // ENOENT: nothing was uploaded yet.
    const entries = await readdir(join(root, 'uploads'), { recursive: true, withFileTypes: true }).catch(() => [])
    return entries
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('.decant'))
      .map(({ name }) => name)
      .toSorted()
  }

  test('uploads with the cookie of its user, and shows the picture to no other user', async () => {
    expect(new URL(uploads).origin).not.toBe(origin)
    const page = await open()
    await choose(page, 'cat.png', PNG)
    const picture = page.getByAltText('cat.png')
    const width = (): Promise<number> => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)
    await expect.poll(width, WAIT).toBe(1)
    await page.reload()
    await picture.waitFor()
    const other = await open()
    expect(await other.getByRole('img').count()).toBe(0)
    expect((await other.request.get(`${uploads}/cat.png`)).status()).toBe(404)
    expect((await page.request.get(`${uploads}/cat.png`)).status()).toBe(200)
    expect(await stored()).toEqual(['cat.png'])
    await other.context().close()
    await page.context().close()
  })

  test('shows the progress with the time left, and cancels', async () => {
    const page = await open()
    const before = await stored()
    const wire = await page.context().newCDPSession(page)
    await wire.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: 200_000,
    })
    await choose(page, 'large.png', Buffer.concat([PNG, Buffer.alloc(20_000_000)]))
    await page.getByText(/^\d+ %, .+ left$/).waitFor()
    expect(Number(await page.getByRole('progressbar').getAttribute('value'))).toBeGreaterThan(0)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('progressbar').waitFor({ state: 'hidden' })
    await expect.poll(() => draftsIn(join(root, 'uploads')), WAIT).toEqual([])
    expect(await stored()).toEqual(before)
    await page.context().close()
  })

  test('shows the sentence of a refusal, and keeps nothing', async () => {
    const page = await open()
    const before = await stored()
    await choose(page, 'page.png', Buffer.from('<!doctype html>'))
    await page.getByText('"page.png" is not what its name says').waitFor()
    expect(await stored()).toEqual(before)
    await page.context().close()
  })

  test('serves neither a page of a third origin nor a client without the cookie', async () => {
    const page = await open()
    const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
    const post = async (headers: Record<string, string>): Promise<unknown> => {
      const body = new FormData()
      body.append('file', new File([PNG], 'cat.png'))
      return (await (await fetch(uploads, { method: 'POST', body, headers })).json()).code
    }
    expect(await post({ cookie, origin: 'http://third.example' })).toBe('cross-site')
    expect(await post({ origin })).toBe('unauthenticated')
    expect(await post({ origin, cookie: `${cookie}x` })).toBe('unauthenticated')
    await page.context().close()
  })
})
