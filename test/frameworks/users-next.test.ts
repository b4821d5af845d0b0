import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fakeFile } from '../../src/testing/fake-file.ts'
import { axeViolations } from '../browser/axe.ts'
import { chromium, launch } from '../browser/chromium.ts'
import { INSTALL_MS } from '../npm.ts'
import { areFrameworksTested, installExample } from './installed-example.ts'
import type { InstalledExample } from './installed-example.ts'

// 1x1
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const picture = (name: string, buffer: Buffer = PNG) => ({ name, mimeType: 'image/png', buffer })

describe.runIf(areFrameworksTested && chromium !== undefined)('the example of users in Next.js', () => {
  let example: InstalledExample
  let browser: Browser

  beforeAll(async () => {
    example = await installExample('users-next', { options: '--port 0 --hostname 127.0.0.1' })
    browser = await launch()
  }, INSTALL_MS)

  afterAll(async () => {
    await browser.close()
    await example.stop()
  })

  async function signIn(name: string, javaScriptEnabled: boolean = true): Promise<Page> {
    const context = await browser.newContext({ javaScriptEnabled })
    const page = await context.newPage()
    await page.goto(example.origin)
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('Password').fill(`secret of ${name}`)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name }).waitFor()
    return page
  }

  async function cookieOf(page: Page): Promise<string> {
    const cookies = await page.context().cookies()
    return cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  }

  /** The names of all files of a set. */
  async function stored(set: string): Promise<string[]> {
    const folder = join(example.folder, 'uploads', set)
    if (!existsSync(folder)) return []
    const entries = await readdir(folder, { withFileTypes: true, recursive: true })
    const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes('.decant'))
    return files.map((file) => file.name).toSorted()
  }

  test.each([true, false])(
    'shows a profile by its thumbnail, keeps the good picture of a refused form, and replaces both files (JavaScript: %s)',
    async (javaScriptEnabled) => {
      const files = async () => ({ pictures: await stored('pictures'), thumbs: await stored('thumbs') })
      const before = await files()
      const page = await signIn(`ann-${javaScriptEnabled}`, javaScriptEnabled)
      const save = page.getByRole('button', { name: 'Save' })
      await save.click()
      await page.getByText('Choose a file.').waitFor()
      expect(await page.locator('#about-error').textContent()).toBe('Say something about you.')
      expect(await page.locator('#picture-error').textContent()).toBe('Choose a file.')

      await page.getByLabel('About you').fill('I am Ann.')
      await page.getByLabel('Picture').setInputFiles(picture('broken.png', PNG.subarray(0, 40)))
      await save.click()
      await page.getByText('This picture cannot be shown.').waitFor()
      expect(await page.getByLabel('About you').inputValue()).toBe('I am Ann.')
      expect(await page.getByText('need not be chosen again').count()).toBe(0)

      await page.getByLabel('About you').fill('x'.repeat(81))
      await page.getByLabel('Picture').setInputFiles(picture('ann.png'))
      await save.click()
      await page.getByText('ann.png need not be chosen again.').waitFor()
      expect(await page.locator('#about-error').textContent()).toBe('Use at most 80 characters.')
      expect(await files()).toEqual(before)

      await page.getByLabel('About you').fill('I am Ann.')
      await save.click()
      const image = page.getByAltText('You')
      await image.waitFor()
      const widthOf = async () => await image.evaluate((element: HTMLImageElement) => element.naturalWidth)
      await expect.poll(widthOf).toBe(160)
      const first = await image.getAttribute('src')

      await page.getByLabel('Picture').setInputFiles(picture('again.png'))
      await save.click()
      await expect.poll(() => image.getAttribute('src')).not.toBe(first)
      // The files before it go with the commit.
      expect(await stored('pictures')).toEqual([...before.pictures, 'again.png'].toSorted())
      expect(await stored('thumbs')).toEqual([...before.thumbs, 'avatar.webp'])
      const cookie = await cookieOf(page)
      expect((await fetch(`${example.origin}${first}`, { headers: { cookie } })).status).toBe(404)
      expect((await fetch(`${example.origin}${await image.getAttribute('src')}`)).status).toBe(403)
      await page.context().close()
    },
  )

  test('stores documents for their owner alone, and shows refusals in the words of the server', async () => {
    const page = await signIn('carl')
    const upload = page.getByRole('button', { name: 'Upload' })
    await page.getByLabel('Documents').setInputFiles({ ...picture('plan.pdf'), buffer: pdf() })
    await upload.click()
    await page.getByRole('link', { name: 'plan.pdf' }).waitFor()
    await page.getByLabel('Documents').setInputFiles(picture('tool.exe'))
    await upload.click()
    await page.getByText('"tool.exe" is not allowed').waitFor()
    expect(await axeViolations(page)).toEqual([])

    const url = `${example.origin}/documents/plan.pdf`
    const cookie = await cookieOf(page)
    const own = await fetch(url, { headers: { cookie } })
    expect([own.status, Buffer.from(await own.arrayBuffer()).equals(pdf())]).toEqual([200, true])
    expect((await fetch(url)).status).toBe(403)

    const other = await signIn('dora')
    const headers = { cookie: await cookieOf(other) }
    const [id = ''] = /=\d+\./.exec(cookie) ?? []
    const forged = headers.cookie.replace(/=\d+\./, id)
    expect((await fetch(url, { headers: { cookie: forged } })).status).toBe(403)
    for (const path of ['plan.pdf', '../1/plan.pdf', '%2e%2e/plan.pdf', '3/plan.pdf']) {
      expect((await fetch(`${example.origin}/documents/${path}`, { headers })).status).toBeGreaterThanOrEqual(400)
    }
    expect((await fetch(url, { method: 'DELETE', headers: { ...headers, origin: example.origin } })).status).toBe(404)
    expect(await (await fetch(`${example.origin}/documents`, { headers })).json()).toMatchObject({ files: [] })
    expect(await other.getByRole('link').count()).toBe(0)

    await page.getByRole('button', { name: 'Delete plan.pdf' }).click()
    await expect.poll(() => page.getByRole('link').count()).toBe(0)
    expect(await stored('documents')).toEqual([])
  })

  test('takes a large document at its URL while it arrives, and writes its row', async () => {
    const page = await signIn('emil')
    const headers = { cookie: await cookieOf(page), origin: example.origin }
    const put = (name: string, size: number) =>
      fetch(`${example.origin}/documents/${name}`, { method: 'PUT', headers, body: fakeFile('a.png', { size }) })
    expect((await put('large.png', 50_000_000)).status).toBe(201)
    const refused = await put('larger.png', 70_000_000)
    expect([refused.status, (await refused.json()).code]).toEqual([413, 'file-too-large'])
    await page.reload()
    expect(await page.getByRole('link').allTextContents()).toEqual(['large.png'])
  })

  test('refuses a wrong password', async () => {
    await signIn('fred')
    const page = await browser.newPage()
    await page.goto(example.origin)
    await page.getByLabel('Name').fill('fred')
    await page.getByLabel('Password').fill('something else')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('This is not the password of that name.').waitFor()
    expect(await axeViolations(page)).toEqual([])
  })
})

function pdf(): Buffer {
  return Buffer.from('%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n')
}
