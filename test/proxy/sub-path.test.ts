import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromium, launch } from '../browser/chromium.ts'
import { storedIn } from '../cli/client.ts'
import { serve, temporaryFolder } from '../cli/decant-process.ts'
import { nginx, startNginx } from './nginx.ts'

/** A picture of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

const FORWARDED =
  'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Host $http_host; ' +
  'proxy_set_header X-Forwarded-Proto $scheme;'

const PROXIES = [
  {
    how: 'which nginx strips',
    typed: [],
    location: (upstream: string) =>
      `location /drop/ { proxy_pass ${upstream}/; ${FORWARDED} proxy_set_header X-Forwarded-Prefix /drop; }`,
  },
  {
    how: 'which nginx sends along',
    typed: ['--base=/drop'],
    location: (upstream: string) =>
      `location /drop { proxy_pass ${upstream}; ${FORWARDED} proxy_set_header X-Forwarded-Prefix ""; }`,
  },
] as const

describe.skipIf(!nginx || !chromium)('the page below a path', () => {
  let browser: Browser
  beforeAll(async () => {
    // A host that is not this machine's own: on plain http no browser says anything of `Sec-Fetch-Site` for it.
    browser = await launch({ args: ['--host-resolver-rules=MAP files.example 127.0.0.1'] })
  })
  afterAll(async () => browser.close())

  async function visit({ typed, location }: (typeof PROXIES)[number], javaScriptEnabled: boolean) {
    const own = temporaryFolder()
    const picture = join(own.path, 'pixel.png')
    writeFileSync(picture, PIXEL)
    const folder = join(own.path, 'uploads')
    const decant = await serve(folder, ['--trust-proxy=loopback', '--hosts=files.example', ...typed])
    const upstream = `http://127.0.0.1:${decant.port}`
    // A request that leaves the path looks to the browser like the failure of another application.
    const proxy = await startNginx({ server: ['location / { return 418; }', location(upstream)] })
    const context = await browser.newContext({ javaScriptEnabled })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    const strayed: string[] = []
    page.on('request', (request) => {
      const { pathname, protocol } = new URL(request.url())
      if (protocol === 'http:' && !pathname.startsWith('/drop/')) strayed.push(pathname)
    })
    await page.goto(`http://files.example:${proxy.port}/drop/`)
    return {
      page,
      context,
      folder,
      picture,
      /** Requests that left the path, and what the browser complained of. */
      faults: (): readonly string[] => [...strayed, ...complaints],
      async [Symbol.asyncDispose]() {
        await context.close()
        await proxy[Symbol.asyncDispose]()
        await decant[Symbol.asyncDispose]()
        own[Symbol.dispose]()
      },
    }
  }

  async function expectShown(page: Page): Promise<void> {
    await page.locator('.files .name').first().waitFor()
    expect(await page.locator('.files .name').allTextContents()).toEqual(['pixel.png'])
    const picture = page.locator('.files img')
    expect(
      await picture.evaluate((image) =>
        image instanceof HTMLImageElement ? image.decode().then(() => image.naturalWidth) : 0,
      ),
    ).toBe(1)
    const coming = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download pixel.png' }).click()
    expect(readFileSync(await (await coming).path())).toEqual(PIXEL)
  }

  test.each(PROXIES)(
    '$how works without JavaScript: form, redirect, message, list, picture and download',
    async (proxy) => {
      await using visited = await visit(proxy, false)
      const { page, context, picture, folder } = visited
      await page.getByLabel('Choose files').setInputFiles(picture)
      await page.getByRole('button', { name: 'Upload' }).click()

      expect(new URL(page.url()).pathname).toBe('/drop/')
      expect(await page.getByRole('status').textContent()).toContain('Uploaded pixel.png')
      await expectShown(page)
      expect(storedIn(folder)).toEqual(['pixel.png'])

      await page.reload()
      expect(await page.getByRole('status').count()).toBe(0)
      expect(await context.cookies()).toEqual([])
      await page.getByRole('heading', { level: 1 }).getByRole('link').click()
      expect(new URL(page.url()).pathname).toBe('/drop/')
      expect(visited.faults()).toEqual([])
    },
  )

  test.each(PROXIES)(
    '$how works with JavaScript: styles, script, upload in place, picture and download',
    async (proxy) => {
      await using visited = await visit(proxy, true)
      const { page, picture, folder } = visited
      await page.locator('html.enhanced').waitFor()
      await page.getByLabel('Choose files').setInputFiles(picture)
      await expectShown(page)

      expect(new URL(page.url()).pathname).toBe('/drop/')
      expect(storedIn(folder)).toEqual(['pixel.png'])
      expect(visited.faults()).toEqual([])
    },
  )
})
