import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storedIn } from '../cli/client.ts'
import { serve, temporaryFolder } from '../cli/decant-process.ts'
import { chromium, launch } from './chromium.ts'

const ANN = { username: 'ann', password: 'pässwört:日本' }
const LINES = `ann:${ANN.password} upload,list,fetch,delete\nreader:reader-secret list,fetch`
const READER = { username: 'reader', password: 'reader-secret' }
const BYTES = Buffer.from(Array.from({ length: 10_000 }, (_, index) => index % 256))

interface Visit {
  /** The name and the password that the person types when the browser asks for them. */
  readonly types: { readonly username: string; readonly password: string }
  readonly javaScriptEnabled: boolean
}

describe.skipIf(!chromium)('a person with a browser, at a server with credentials,', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(async () => browser.close())

  /** A `decant serve` with these credentials and one file in it. */
  async function open(lines: string) {
    const own = temporaryFolder()
    const folder = join(own.path, 'uploads')
    const file = join(own.path, 'new.bin')
    mkdirSync(folder)
    writeFileSync(join(folder, 'there.txt'), 'there')
    writeFileSync(file, BYTES)
    const decant = await serve(folder, [], { env: { DECANT_CREDENTIALS: lines } })
    return {
      folder,
      file,
      /** Opens the page in a browser of its own; its status, and what the browser complained of. */
      async visit({ types, javaScriptEnabled }: Visit) {
        const context = await browser.newContext({ javaScriptEnabled, httpCredentials: types })
        const page = await context.newPage()
        const complaints: string[] = []
        page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
        page.on('pageerror', (error) => complaints.push(String(error)))
        const answer = await page.goto(decant.ready.url)
        return { page, complaints, status: answer?.status(), [Symbol.asyncDispose]: async () => context.close() }
      },
      async [Symbol.asyncDispose]() {
        await decant[Symbol.asyncDispose]()
        own[Symbol.dispose]()
      },
    }
  }

  async function download(page: Page, name: string): Promise<Buffer> {
    const coming = page.waitForEvent('download')
    await page.getByRole('link', { name: `Download ${name}` }).click()
    return readFileSync(await (await coming).path())
  }

  const listed = async (page: Page): Promise<string[]> => page.locator('.files .name').allTextContents()

  describe.each([true, false])('with JavaScript: %s,', (javaScriptEnabled) => {
    test('signs in, uploads, sees the list and gets the same bytes back', async () => {
      await using site = await open(LINES)
      await using visited = await site.visit({ types: ANN, javaScriptEnabled })
      const { page } = visited
      expect([visited.status, await listed(page)]).toEqual([200, ['there.txt']])

      await page.getByLabel('Choose files').setInputFiles(site.file)
      if (!javaScriptEnabled) await page.getByRole('button', { name: 'Upload' }).click()
      await page.locator('.files').getByRole('link', { name: 'new.bin', exact: true }).waitFor()

      expect(await download(page, 'new.bin')).toEqual(BYTES)
      expect(storedIn(site.folder)).toEqual(['new.bin', 'there.txt'])
      expect(await page.getByText('Sign in').count()).toBe(0)
    })

    test('reads that a password is needed if a wrong one was typed, and sees nothing else', async () => {
      await using site = await open(LINES)
      await using visited = await site.visit({ types: { ...ANN, password: 'wrong' }, javaScriptEnabled })
      const { page } = visited

      expect(visited.status).toBe(401)
      expect(await page.getByRole('alert').textContent()).toContain('This needs a name and a password')
      expect(await page.title()).toBe('Not signed in: Upload files')
      expect([await page.locator('form').count(), await listed(page)]).toEqual([0, []])
    })

    test('leaves a file in a drop box without a password, and signs in to see what is in it', async () => {
      await using site = await open(`${LINES}\n* upload`)
      await using visited = await site.visit({ types: ANN, javaScriptEnabled })
      const { page } = visited
      expect([visited.status, await listed(page)]).toEqual([200, []])

      await page.getByLabel('Choose files').setInputFiles(site.file)
      if (javaScriptEnabled) await page.locator('.files').getByRole('link', { name: 'new.bin', exact: true }).waitFor()
      else {
        await page.getByRole('button', { name: 'Upload' }).click()
        expect(await page.getByRole('status').textContent()).toContain('Uploaded new.bin')
      }
      expect(storedIn(site.folder)).toEqual(['new.bin', 'there.txt'])

      await page.getByRole('link', { name: 'Sign in' }).click()
      await page.locator('.files').getByRole('link', { name: 'there.txt', exact: true }).waitFor()
      expect((await listed(page)).toSorted()).toEqual(['new.bin', 'there.txt'])
    })

    test('a person that may only read is shown no form, and the page works without it', async () => {
      await using site = await open(LINES)
      await using visited = await site.visit({ types: READER, javaScriptEnabled })
      const { page, complaints } = visited
      await page.reload()
      complaints.length = 0
      await page.reload()

      expect([await page.locator('form').count(), await listed(page), complaints]).toEqual([0, ['there.txt'], []])
      expect((await download(page, 'there.txt')).toString()).toBe('there')
    })
  })
})
