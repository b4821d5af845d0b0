import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listen } from '../../src/adapters/node/fixtures/listen.ts'
import { UPLOAD_PAGE_CSP, uploadPage } from '../../src/app/page/upload-page.ts'
import type { FileAnswer } from '../../src/client.ts'
import { receive } from '../../src/index.ts'
import { storedIn } from '../cli/client.ts'
import { serve, temporaryFolder } from '../cli/decant-process.ts'
import { draftsIn } from './client-site.ts'
import { axeViolations } from './axe.ts'
import { chromium, launch } from './chromium.ts'
import { slowWire } from './slow-wire.ts'

const MIB = 1024 ** 2
const PATIENCE = { timeout: 30_000 }
const ASSETS = join(import.meta.dirname, '..', '..', 'dist', 'assets')

describe.skipIf(!chromium)('a person who uploads on the page of `decant serve`', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(async () => browser.close())

  /** The page behind a wire, and a large file of the person. */
  async function visit(colorScheme: 'light' | 'dark' = 'light', width = 1280) {
    const own = temporaryFolder()
    const folder = join(own.path, 'uploads')
    const big = join(own.path, 'big.bin')
    writeFileSync(big, '')
    truncateSync(big, 60 * MIB)
    const decant = await serve(folder, ['--max-file-size=100MiB'])
    const wire = await slowWire(new URL(decant.ready.url).port)
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } })
    const page = await context.newPage()
    await page.goto(wire.origin)
    return {
      page,
      wire,
      folder,
      big,
      file: (name: string): string => {
        const path = join(own.path, name)
        writeFileSync(path, name)
        return path
      },
      async [Symbol.asyncDispose]() {
        await context.close()
        await wire[Symbol.asyncDispose]()
        await decant[Symbol.asyncDispose]()
        own[Symbol.dispose]()
      },
    }
  }

  const choose = async (page: Page, ...paths: string[]): Promise<void> =>
    page.getByLabel('Choose files').setInputFiles(paths)

  test.each([
    ['light', 1280],
    ['dark', 375],
  ] as const)('sees speed and time left, in a page that axe finds no fault with: %s, %i px', async (scheme, width) => {
    await using visited = await visit(scheme, width)
    const { page, wire, big, file } = visited
    expect(await axeViolations(page)).toEqual([])
    wire.throttle(2 * MIB)
    await choose(page, big, big)

    const state = page.locator('.upload .state').first()
    await expect.poll(() => state.textContent(), PATIENCE).toMatch(/^\d+ %, [\d.]+ \w+\/s, \d+ (?:s|min) left$/)
    await expect
      .poll(() => page.locator('.overall .state').textContent(), PATIENCE)
      .toMatch(/^All together: \d+ %, [\d.]+ \w+\/s, \d+ (?:s|min) left$/)
    expect(await axeViolations(page)).toEqual([])

    await page.getByRole('button', { name: 'Cancel all' }).click()
    await choose(page, file('refused.exe'), file('a.txt'))
    await page.locator('.files').getByRole('link', { name: 'a.txt', exact: true }).waitFor()
    expect(await axeViolations(page)).toEqual([])
  })

  test('cancels all by keyboard, and nothing of the files is left', async () => {
    await using visited = await visit()
    const { page, wire, big, folder } = visited
    wire.throttle(MIB)
    await choose(page, big, big, big, big)
    const cancelAll = page.getByRole('button', { name: 'Cancel all' })
    await cancelAll.focus()
    await page.keyboard.press('Enter')

    await expect.poll(() => page.locator('.upload').count(), PATIENCE).toBe(0)
    expect(await page.locator('.uploads').isVisible()).toBe(false)
    expect(await page.getByLabel('Choose files').evaluate((input) => input === document.activeElement)).toBe(true)
    await expect.poll(() => draftsIn(folder), PATIENCE).toEqual([])
    expect(storedIn(folder)).toEqual([])
  })

  test('has a file stored once although the connection breaks in the middle', async () => {
    await using visited = await visit()
    const { page, wire, big, folder } = visited
    wire.throttle(40 * MIB)
    wire.cutAfter(10 * MIB)
    await choose(page, big)
    await page.locator('.files').getByRole('link', { name: 'big.bin', exact: true }).waitFor()
    expect(storedIn(folder)).toEqual(['big.bin'])
    expect(await page.locator('.upload').count()).toBe(0)
  })

  describe('of a server that keeps folders,', () => {
    const toAnswer = (filename: string): FileAnswer => {
      const url = `/uploads/${filename}`
      return { filename, key: filename, type: 'text/plain', size: 1, storedAt: '2026-11-30T12:00:00.000Z', url }
    }

    /** The page with `folders`, of a server that notes the names of files. */
    async function visitFolders(javaScriptEnabled: boolean) {
      const own = temporaryFolder()
      mkdirSync(join(own.path, 'trip', 'day-1'), { recursive: true })
      writeFileSync(join(own.path, 'trip', 'a.txt'), 'a')
      writeFileSync(join(own.path, 'trip', 'day-1', 'b.txt'), 'b')
      const drawn = uploadPage({ assets: { script: '/assets/client.js', style: '/assets/client.css' } })
      const view = { set: 'files', action: '/uploads', prefix: '', folders: true, canUpload: true }
      const limits = { maxFileSize: MIB, maxBodySize: 10 * MIB, maxFiles: 100 }
      const names: string[] = []
      const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
        const upload = await receive(request)
        const files = [...upload.files].map(([, { name }]) => toAnswer(name))
        await upload.dispose()
        names.push(...files.map(({ filename }) => filename))
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ files, fields: [] }))
      }
      const server = await listen(
        createServer((request, response) => {
          const { url = '', method } = request
          if (method === 'POST') {
            void answer(request, response)
          } else if (url.startsWith('/assets/')) {
            response.setHeader('content-type', url.endsWith('.js') ? 'text/javascript' : 'text/css')
            response.end(readFileSync(join(ASSETS, url.slice('/assets/'.length))))
          } else {
            response.setHeader('content-type', 'text/html').setHeader('content-security-policy', UPLOAD_PAGE_CSP)
            response.end(drawn.render({ ...view, ...limits }))
          }
        }),
      )
      const context = await browser.newContext({ javaScriptEnabled })
      const page = await context.newPage()
      await page.goto(server.origin)
      return {
        page,
        names,
        trip: join(own.path, 'trip'),
        async [Symbol.asyncDispose]() {
          await context.close()
          await server.close()
          own[Symbol.dispose]()
        },
      }
    }

    test('chooses a folder, whose files are sent with their paths', async () => {
      await using visited = await visitFolders(true)
      const { page, names, trip } = visited
      expect(await axeViolations(page)).toEqual([])
      await page.getByLabel('Choose a folder').setInputFiles(trip)
      await page.locator('.files .file').nth(1).waitFor()
      expect(names.toSorted()).toEqual(['trip/a.txt', 'trip/day-1/b.txt'])
    })

    test('does the same without JavaScript', async () => {
      await using visited = await visitFolders(false)
      const { page, names, trip } = visited
      await page.getByLabel('Choose a folder').setInputFiles(trip)
      await page.getByRole('button', { name: 'Upload' }).click()
      await expect
        .poll(() => names.filter((name) => name !== '').toSorted())
        .toEqual(['trip/a.txt', 'trip/day-1/b.txt'])
    })
  })
})
