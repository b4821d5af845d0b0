import { mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storedIn } from '../cli/client.ts'
import { serve, temporaryFolder } from '../cli/decant-process.ts'
import { draftsIn } from './client-site.ts'
import { axeViolations } from './axe.ts'
import { chromium, launch } from './chromium.ts'
import { slowWire } from './slow-wire.ts'

const MIB = 1024 ** 2
const PATIENCE = { timeout: 30_000 }

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
    /** `decant serve --folders`, and a folder of the person. */
    async function visitFolders(javaScriptEnabled: boolean) {
      const own = temporaryFolder()
      const trip = join(own.path, 'trip')
      mkdirSync(join(trip, 'day "1"'), { recursive: true })
      writeFileSync(join(trip, 'a.txt'), 'a')
      writeFileSync(join(trip, '.DS_Store'), '\0\0\0\x01Bud1')
      writeFileSync(join(trip, 'day "1"', 'b.txt'), 'b')
      const folder = join(own.path, 'uploads')
      const decant = await serve(folder, ['--folders'])
      const context = await browser.newContext({ javaScriptEnabled })
      const page = await context.newPage()
      await page.goto(decant.ready.url)
      return {
        page,
        trip,
        folder,
        async [Symbol.asyncDispose]() {
          await context.close()
          await decant[Symbol.asyncDispose]()
          own[Symbol.dispose]()
        },
      }
    }

    const stored = (folder: string): string[] =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.parentPath.includes('.decant'))
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
        .toSorted()

    test('chooses a folder, whose files are stored in it, and looks at one folder', async () => {
      await using visited = await visitFolders(true)
      const { page, trip, folder } = visited
      expect(await axeViolations(page)).toEqual([])
      await page.getByLabel('Choose a folder').setInputFiles(trip)
      const inner = page.locator('.files .folder', { hasText: 'trip/day _1_' })
      await inner.waitFor()
      await page.locator('.files .folder', { hasText: /^trip$/ }).waitFor()
      expect(stored(folder)).toEqual(['trip/a.txt', 'trip/day _1_/b.txt'])
      expect(await axeViolations(page)).toEqual([])

      await inner.click()
      await page.getByRole('heading', { name: 'Files in trip/day _1_' }).waitFor()
      expect(await page.locator('.files .name').allTextContents()).toEqual(['b.txt'])
      expect(await axeViolations(page)).toEqual([])
      await page.getByRole('link', { name: 'All files' }).click()
      await page.getByRole('heading', { name: 'Files', exact: true }).waitFor()
      expect(await page.locator('.files .name').count()).toBe(2)
    })

    test('does the same without JavaScript', async () => {
      await using visited = await visitFolders(false)
      const { page, trip, folder } = visited
      await page.getByLabel('Choose a folder').setInputFiles(trip)
      await page.getByRole('button', { name: 'Upload' }).click()
      await page.getByText('Uploaded 2 files').waitFor()
      expect(stored(folder)).toEqual(['trip/a.txt', 'trip/day _1_/b.txt'])
      await page.locator('.files .folder', { hasText: 'trip/day _1_' }).click()
      expect(await page.locator('.files .name').allTextContents()).toEqual(['b.txt'])
    })

    test('drops a folder on the page', async () => {
      await using visited = await visitFolders(true)
      const { page, trip, folder } = visited
      await page.bringToFront()
      const session = await page.context().newCDPSession(page)
      const data = { items: [], files: [trip], dragOperationsMask: 1 }
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
        // oxlint-disable-next-line no-await-in-loop -- One after the other.
        await session.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data })
      }
      await page.locator('.files .folder', { hasText: 'trip/day _1_' }).waitFor()
      await page.locator('.files .folder', { hasText: /^trip$/ }).waitFor()
      expect(stored(folder)).toEqual(['trip/a.txt', 'trip/day _1_/b.txt'])
    })
  })
})
