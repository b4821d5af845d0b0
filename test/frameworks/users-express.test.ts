import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromium, launch } from '../browser/chromium.ts'
import { draftsIn } from '../browser/client-site.ts'
import { INSTALL_MS } from '../npm.ts'
import { areFrameworksTested, installExample } from './installed-example.ts'
import type { InstalledExample } from './installed-example.ts'

// 1x1, so that a thumbnail can be made of it.
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const textFile = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })
const picture = (name: string) => ({ name, mimeType: 'image/png', buffer: PNG })

describe.runIf(areFrameworksTested && chromium)('the Express application with users, in a browser,', () => {
  let example: InstalledExample
  let browser: Browser

  beforeAll(async () => {
    example = await installExample('users-express', { variables: { PORT: '0' } })
    browser = await launch()
  }, INSTALL_MS)

  afterAll(async () => {
    await browser.close()
    await example.stop()
  })

  /** A window in which a new user has signed in. */
  async function signIn(
    name: string,
    javaScriptEnabled = true,
  ): Promise<{ page: Page; context: BrowserContext } & AsyncDisposable> {
    const context = await browser.newContext({ javaScriptEnabled })
    const page = await context.newPage()
    await page.goto(example.origin)
    await page.getByLabel('Name').fill(name)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: `Hello, ${name}` }).waitFor()
    return { page, context, [Symbol.asyncDispose]: () => context.close() }
  }

  async function addDocument(page: Page, file: ReturnType<typeof textFile>): Promise<void> {
    await page.goto(`${example.origin}/documents`)
    await page.getByLabel('Documents').setInputFiles(file)
    await page.getByRole('button', { name: 'Upload' }).click()
  }

  /** Chooses another avatar, and gives the URLs of the picture and the thumbnail that are shown then. */
  async function changeAvatar(page: Page, name: string): Promise<string[]> {
    await page.goto(example.origin)
    await page.getByLabel('Picture').setInputFiles(picture(name))
    await page.getByRole('button', { name: 'Change avatar' }).click()
    await page.locator(`a[href$="/${name}"] img`).waitFor()
    const shown = await page.locator('img').evaluate(async (image: HTMLImageElement) => {
      await image.decode()
      return { link: image.closest('a')?.href ?? '', image: image.src, width: image.naturalWidth }
    })
    expect(shown.width).toBe(160)
    return [shown.link, shown.image]
  }

  /** The files that are visible, and those that rows name. */
  async function filesAndRows(): Promise<readonly [files: string[], rows: string[]]> {
    const files: string[] = []
    for (const set of ['documents', 'pictures', 'thumbs']) {
      const folder = join(example.folder, 'uploads', set)
      // ENOENT: nothing was uploaded to it yet.
      const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
      for (const entry of entries) {
        const path = join(entry.parentPath, entry.name)
        if (entry.isFile() && !path.includes('.decant')) files.push(path.slice(join(folder, '..').length + 1))
      }
      expect(await draftsIn(folder)).toEqual([])
    }
    using database = new DatabaseSync(join(example.folder, 'app.db'), { readOnly: true })
    const rows = database
      .prepare(
        `SELECT 'documents/' || key AS file FROM documents
          UNION SELECT 'pictures/' || picture FROM users WHERE picture IS NOT NULL
          UNION SELECT 'thumbs/' || thumb FROM users WHERE thumb IS NOT NULL`,
      )
      .all()
      .map(({ file }) => String(file))
    return [files.toSorted(), rows.toSorted()]
  }

  async function expectNoOrphans(): Promise<void> {
    const [files, rows] = await filesAndRows()
    expect(files).toEqual(rows)
  }

  test('gives each of two users documents of its own, at the same URLs', async () => {
    await using ann = await signIn('Ann')
    await using bob = await signIn('Bob', false)
    const url = `${example.origin}/documents/a.txt`

    await addDocument(ann.page, textFile('a.txt', 'of Ann'))
    await ann.page.getByRole('link', { name: 'a.txt' }).waitFor()
    expect((await bob.page.goto(url))?.status()).toBe(404)
    expect((await bob.context.request.delete(url)).status()).toBe(404)

    await addDocument(bob.page, textFile('a.txt', 'of Bob'))
    await bob.page.getByText('Uploaded a.txt').waitFor()
    expect(await (await ann.context.request.get(url)).text()).toBe('of Ann')
    expect(await (await bob.context.request.get(url)).text()).toBe('of Bob')

    const stolen = await bob.context.request.post(`${example.origin}/delete-document`, { form: { key: '../1/a.txt' } })
    expect(stolen.status()).toBe(404)
    await bob.page.getByRole('button', { name: 'Delete a.txt' }).click()
    await bob.page.waitForURL('**/documents')
    expect(await bob.page.getByRole('link', { name: 'a.txt' }).count()).toBe(0)
    expect(await (await ann.context.request.get(url)).text()).toBe('of Ann')
    await expectNoOrphans()
    expect((await ann.context.request.delete(url)).status()).toBe(204)
    await expectNoOrphans()
  })

  test('shows a client without a session the form to sign in, and answers a program with 401', async () => {
    const page = await browser.newPage()
    await page.goto(`${example.origin}/documents`)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.close()
    const answer = await fetch(`${example.origin}/documents`, { method: 'POST', body: new FormData() })
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, null])
    expect(await answer.json()).toMatchObject({ code: 'unauthenticated', detail: 'Sign in first.' })
  })

  test.each([
    ['with JavaScript', true],
    ['without JavaScript', false],
  ])('replaces an avatar and its thumbnail at once, %s', async (how, javaScriptEnabled) => {
    await using user = await signIn(`Carla ${how}`, javaScriptEnabled)
    // Without scripts in the page, playwright still runs its own.
    const old = await changeAvatar(user.page, 'cat.png')
    const fresh = await changeAvatar(user.page, 'dog.png')
    const statuses = async (urls: readonly string[]): Promise<number[]> =>
      await Promise.all(urls.map(async (url) => (await user.context.request.get(url)).status()))
    expect([await statuses(old), await statuses(fresh)]).toEqual([
      [404, 404],
      [200, 200],
    ])
    await expectNoOrphans()
  })

  test('says what is wrong with a picture beside its input, and keeps the old one', async () => {
    await using dora = await signIn('Dora')
    const urls = await changeAvatar(dora.page, 'cat.png')
    // It begins like a picture, so only sharp finds out.
    const broken = { name: 'broken.png', mimeType: 'image/png', buffer: PNG.subarray(0, 50) }
    await dora.page.getByLabel('Picture').setInputFiles(broken)
    await dora.page.getByRole('button', { name: 'Change avatar' }).click()
    await dora.page.getByText('it cannot be shown').waitFor()
    for (const url of urls) expect((await dora.context.request.get(url)).status()).toBe(200)
    await expectNoOrphans()
  })

  test('refuses documents beyond the limit of a user in its own words, and keeps nothing of them', async () => {
    await using eve = await signIn('Eve', false)
    const large = 'a'.repeat(12 * 1024 ** 2)
    await addDocument(eve.page, textFile('first.txt', large))
    await eve.page.getByRole('link', { name: 'first.txt' }).waitFor()
    await addDocument(eve.page, textFile('second.txt', large))
    expect(await eve.page.getByRole('alert').textContent()).toBe(
      'You have 20 MiB for documents, and 12 MiB are taken. Delete some of them first.',
    )
    expect(await eve.page.getByRole('link', { name: 'second.txt' }).count()).toBe(0)
    await expectNoOrphans()
  })

  /** A file that a program sends with the session of a browser. */
  async function send(context: BrowserContext, path: string, field: string, file: File): Promise<number> {
    const body = new FormData()
    body.append(field, file)
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
    return (await fetch(`${example.origin}${path}`, { method: 'POST', body, headers: { cookie } })).status
  }

  test('keeps the last of several avatars that come at once', async () => {
    await using fred = await signIn('Fred')
    const [before] = await filesAndRows()
    const statuses = Array.from(
      { length: 8 },
      async (_, index) => await send(fred.context, '/avatar', 'picture', new File([PNG], `${index}.png`)),
    )
    expect(new Set(await Promise.all(statuses))).toEqual(new Set([201]))
    const [files, rows] = await filesAndRows()
    expect(files).toEqual(rows)
    expect(files).toHaveLength(before.length + 2)
  })

  test('has every file with its row, and every row with its files, after it was killed', async () => {
    await using gina = await signIn('Gina')
    const uploads = Array.from({ length: 12 }, async (_, index) => [
      await send(gina.context, '/avatar', 'picture', new File([PNG], `${index}.png`)),
      await send(gina.context, '/documents', 'documents', new File(['text'], `${index}.txt`)),
    ])
    await Promise.race(uploads)
    await example.restart()
    await Promise.allSettled(uploads)
    await expectNoOrphans()
    await using again = await signIn('Gina')
    expect(await send(again.context, '/documents', 'documents', new File(['text'], 'again.txt'))).toBe(201)
    await expectNoOrphans()
  })
})
