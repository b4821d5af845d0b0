import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storedIn } from '../cli/client.ts'
import { serve, temporaryFolder } from '../cli/decant-process.ts'
import { chromium, launch } from './chromium.ts'

/** Every byte there is, so that nothing on the way may read it as text. */
const BYTES = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 256))
/** A picture of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

describe.skipIf(!chromium)('a person with a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(async () => browser.close())

  /** The page of a `decant serve` of its own, and the files that the person has. */
  async function visit(javaScriptEnabled: boolean, typed: readonly string[] = []) {
    const own = temporaryFolder()
    const folder = join(own.path, 'uploads')
    mkdirSync(join(own.path, 'home'))
    const file = (name: string, content: Buffer): string => {
      const path = join(own.path, 'home', name)
      writeFileSync(path, content)
      return path
    }
    const decant = await serve(folder, ['--max-file-size=1MiB', ...typed])
    const context = await browser.newContext({ javaScriptEnabled })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.goto(decant.ready.url)
    return {
      page,
      folder,
      file,
      complaints,
      async [Symbol.asyncDispose]() {
        await context.close()
        await decant[Symbol.asyncDispose]()
        own[Symbol.dispose]()
      },
    }
  }

  async function download(page: Page, name: string): Promise<Buffer> {
    const coming = page.waitForEvent('download')
    await page.getByRole('link', { name: `Download ${name}` }).click()
    const arrived = await coming
    expect(arrived.suggestedFilename()).toBe(name)
    return readFileSync(await arrived.path())
  }

  describe('and without JavaScript', () => {
    test('uploads a file by the form, is told so once, sees it listed and gets the same bytes back', async () => {
      await using visited = await visit(false)
      const { page, file, folder } = visited
      expect(await page.locator('.files').textContent()).toContain('Nothing here yet')

      await page.getByLabel('Choose files').setInputFiles(file('Bericht März.bin', BYTES))
      await page.getByRole('button', { name: 'Upload' }).click()

      expect(new URL(page.url()).pathname).toBe('/')
      expect(await page.getByRole('status').textContent()).toContain('Uploaded Bericht März.bin (97.66 KiB).')
      expect(await page.locator('.files .name').allTextContents()).toEqual(['Bericht März.bin'])
      expect(await download(page, 'Bericht März.bin')).toEqual(BYTES)
      expect(storedIn(folder)).toHaveLength(1)

      await page.reload()
      expect(await page.getByRole('status').count()).toBe(0)
      expect(visited.complaints).toEqual([])
    })

    test('uploads several at once and sees pictures as pictures', async () => {
      await using visited = await visit(false)
      const { page, file } = visited

      await page.getByLabel('Choose files').setInputFiles([file('a.png', PIXEL), file('b.txt', Buffer.from('b'))])
      await page.getByRole('button', { name: 'Upload' }).click()

      expect(await page.getByRole('status').textContent()).toContain('Uploaded 2 files')
      const width = await page
        .locator('.files img')
        .evaluate((picture) => (picture instanceof HTMLImageElement ? picture.naturalWidth : 0))
      expect(width).toBe(1)
    })

    test('reads which file is too large and what the limit is, on a page with the status 413', async () => {
      await using visited = await visit(false)
      const { page, file, folder } = visited
      const answered = page.waitForResponse((response) => response.request().method() === 'POST')

      await page.getByLabel('Choose files').setInputFiles(file('huge.bin', Buffer.alloc(20_000_000)))
      await page.getByRole('button', { name: 'Upload' }).click()

      expect((await answered).status()).toBe(413)
      expect(await page.getByRole('alert').textContent()).toContain(
        '"huge.bin" is larger than the limit of 1 MiB for a file. Choose a smaller file.',
      )
      expect(await page.title()).toBe('Not uploaded: Upload files')
      expect(storedIn(folder)).toEqual([])
    })

    test('is asked to choose a file where none was chosen, on a page with the status 422', async () => {
      await using visited = await visit(false)
      const { page } = visited
      const answered = page.waitForResponse((response) => response.request().method() === 'POST')

      await page.getByRole('button', { name: 'Upload' }).click()

      expect((await answered).status()).toBe(422)
      expect(await page.getByRole('alert').textContent()).toContain('No file was selected. Choose a file first.')
    })

    test('reads which types are allowed if a file has another', async () => {
      await using visited = await visit(false, ['--extensions=pdf,png'])
      const { page, file, folder } = visited

      await page.getByLabel('Choose files').setInputFiles(file('macro.docm', BYTES))
      await page.getByRole('button', { name: 'Upload' }).click()

      expect(await page.getByRole('alert').textContent()).toContain(
        '"macro.docm" is not allowed: .docm files are not accepted here. Allowed are pdf, png.',
      )
      expect(storedIn(folder)).toEqual([])
    })
  })

  describe('and with JavaScript', () => {
    test('chooses a file, which is sent at once, joins the list and comes back the same', async () => {
      await using visited = await visit(true)
      const { page, file, folder } = visited
      const posted = page.waitForRequest((request) => request.method() === 'POST')

      await page.getByLabel('Choose files').setInputFiles(file('photo.bin', BYTES))
      await page.locator('.files').getByRole('link', { name: 'photo.bin', exact: true }).waitFor()

      expect(new URL((await posted).url()).pathname).toBe('/uploads')
      expect(await page.locator('.empty').count()).toBe(0)
      expect(await page.locator('.uploads').isVisible()).toBe(false)
      expect(await download(page, 'photo.bin')).toEqual(BYTES)
      expect(readFileSync(join(folder, 'photo.bin'))).toEqual(BYTES)
      expect(visited.complaints).toEqual([])
    })

    test('drops files anywhere on the page', async () => {
      await using visited = await visit(true)
      const { page, folder } = visited
      const dropped = await page.evaluateHandle(() => {
        const data = new DataTransfer()
        data.items.add(new File(['one'], 'one.txt', { type: 'text/plain' }))
        data.items.add(new File(['two'], 'two.txt', { type: 'text/plain' }))
        return data
      })

      await page.dispatchEvent('body', 'drop', { dataTransfer: dropped })
      await page.locator('.files .file').nth(1).waitFor()

      expect(storedIn(folder)).toEqual(['one.txt', 'two.txt'])
    })

    test('sees how far each file is while it is on its way', async () => {
      await using visited = await visit(true)
      const { page, file, folder } = visited
      const held = Promise.withResolvers<void>()
      await page.route('**/uploads', async (route) => {
        await held.promise
        await route.continue()
      })

      await page.getByLabel('Choose files').setInputFiles(file('slow.bin', BYTES))
      const row = page.locator('.upload')
      await row.waitFor()

      expect(await row.getByRole('progressbar', { name: 'Uploading slow.bin' }).isVisible()).toBe(true)
      expect(await row.getByRole('button', { name: 'Cancel slow.bin' }).isVisible()).toBe(true)
      expect(storedIn(folder)).toEqual([])

      held.resolve()
      await page.locator('.files .file').waitFor()
      expect(await row.count()).toBe(0)
      expect(storedIn(folder)).toEqual(['slow.bin'])
    })

    test('reads the limit that a file breaks, beside the file, and the others go on', async () => {
      await using visited = await visit(true)
      const { page, file, folder } = visited

      await page
        .getByLabel('Choose files')
        .setInputFiles([file('huge.bin', Buffer.alloc(2 * 1024 ** 2)), file('small.bin', BYTES)])
      await page.locator('.files .file').waitFor()

      expect(await page.locator('.upload .state').textContent()).toBe(
        '"huge.bin" is larger than the limit of 1 MiB for a file. Choose a smaller file.',
      )
      expect(storedIn(folder)).toEqual(['small.bin'])
    })

    test("reads the server's own sentence if only the server can tell", async () => {
      await using visited = await visit(true, ['--min-free-space=1000TB'])
      const { page, file, folder } = visited

      await page.getByLabel('Choose files').setInputFiles(file('any.bin', BYTES))
      await page.locator('.upload[data-at=refused]').waitFor()

      expect(await page.locator('.upload .state').textContent()).toBe(
        'There is no space left to store the file, and nothing of it remains. Try again later.',
      )
      expect(await page.getByRole('button', { name: 'Try again any.bin' }).isVisible()).toBe(true)
      expect(storedIn(folder)).toEqual([])
    })
  })
})
