import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { chromium, launch } from '../browser/chromium.ts'
import { temporaryFolder } from '../cli/decant-process.ts'
import { s3Test } from './s3-test.ts'
import { serveBucket } from './serve-bucket.ts'
import type { TestBucket } from './test-bucket.ts'

/** Every byte there is, so that nothing on the way may read it as text. */
const BYTES = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 256))
/** A picture of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)
const ID = /[0-9a-f]{32}/

interface VisitOptions {
  readonly javaScriptEnabled: boolean
  readonly typed?: readonly string[]
  /** More parameters of the URL of the bucket. */
  readonly parameters?: string
}

describe.skipIf(!chromium)('a person with a browser, at a drop box in a bucket,', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(async () => browser.close())

  /** The page of a `decant serve` of its own, and the files that the person has. */
  async function visit(bucket: TestBucket, { javaScriptEnabled, typed = [], parameters }: VisitOptions) {
    const home = temporaryFolder()
    const decant = await serveBucket(bucket, typed, parameters)
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
      complaints,
      file: (name: string, content: Buffer): string => {
        const path = join(home.path, name)
        mkdirSync(join(path, '..'), { recursive: true })
        writeFileSync(path, content)
        return path
      },
      async [Symbol.asyncDispose]() {
        await context.close()
        await decant[Symbol.asyncDispose]()
        home[Symbol.dispose]()
      },
    }
  }

  async function choose(page: Page, ...paths: readonly string[]): Promise<void> {
    await page.getByLabel('Choose files').setInputFiles([...paths])
  }

  async function download(page: Page, name: string): Promise<Buffer> {
    const coming = page.waitForEvent('download')
    await page.getByRole('link', { name: `Download ${name}` }).click()
    const arrived = await coming
    expect(arrived.suggestedFilename()).toBe(name)
    return readFileSync(await arrived.path())
  }

  /** The objects of files, without those that only Decant reads. */
  async function filesIn(bucket: TestBucket): Promise<string[]> {
    return (await bucket.objects()).map(({ key }) => key).filter((key) => !key.startsWith('drop/.decant/'))
  }

  s3Test('uploads a file, sees it listed by its name, downloads it and deletes it', async ({ bucket }) => {
    await using visited = await visit(bucket, { javaScriptEnabled: true })
    const { page, file } = visited

    await choose(page, file('photo März.bin', BYTES))
    const link = page.locator('.files').getByRole('link', { name: 'photo März.bin', exact: true })
    await link.waitFor()
    const [key = ''] = await filesIn(bucket)
    bucket.acknowledge(key, BYTES)
    expect(key).toMatch(/^drop\/[0-9a-f]{32}\/photo März\.bin$/)
    await page.reload()

    expect(await page.locator('.files .name').allTextContents()).toEqual(['photo März.bin'])
    expect(await page.locator('body').textContent()).not.toMatch(ID)
    expect(await download(page, 'photo März.bin')).toEqual(BYTES)

    const url = (await link.getAttribute('href')) ?? ''
    const deleted = await page.evaluate(async (path) => (await fetch(path, { method: 'DELETE' })).status, url)
    bucket.forget(key)
    expect(deleted).toBe(204)
    await page.reload()
    expect(await page.locator('.files').textContent()).toContain('Nothing here yet')
    expect(await filesIn(bucket)).toEqual([])
    expect(visited.complaints).toEqual([])
  })

  s3Test('uploads without JavaScript two files of one name, and gets both back', async ({ bucket }) => {
    await using visited = await visit(bucket, { javaScriptEnabled: false })
    const { page, file } = visited

    for (const bytes of [PIXEL, BYTES]) {
      await choose(page, file('a.bin', bytes))
      await page.getByRole('button', { name: 'Upload' }).click()
      expect(await page.getByRole('status').textContent()).toContain('Uploaded a.bin')
    }

    expect(await page.locator('.files .name').allTextContents()).toEqual(['a.bin', 'a.bin'])
    expect(await page.locator('body').textContent()).not.toMatch(ID)
    const sizes = await page.locator('.files .size').allTextContents()
    expect(sizes).toEqual(['97.66 KiB', '70 bytes'])
    expect(visited.complaints).toEqual([])
  })

  s3Test('sees a picture and downloads it from the engine itself, if downloads are redirected', async ({ bucket }) => {
    await using visited = await visit(bucket, { javaScriptEnabled: true, parameters: '&downloads=redirect' })
    const { page, file } = visited
    const fromEngine = page.waitForResponse(
      (response) => response.url().startsWith(bucket.engine.endpoint) && response.status() === 200,
    )

    await choose(page, file('dot.png', PIXEL))
    const picture = page.locator('.files img')
    await picture.waitFor()
    await expect
      .poll(() => picture.evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0)))
      .toBe(1)
    expect((await fromEngine).headers()['content-type']).toBe('image/png')
    await page.reload()

    expect(await download(page, 'dot.png')).toEqual(PIXEL)
    expect(visited.complaints).toEqual([])
  })

  s3Test('sees the folder of a file, and the list of that folder', async ({ bucket }) => {
    await using visited = await visit(bucket, { javaScriptEnabled: true, typed: ['--folders'] })
    const { page, file } = visited

    file('trip/day-1/a.bin', BYTES)
    await choose(page, file('b.bin', PIXEL))
    await page.getByLabel('Choose a folder').setInputFiles(join(file('trip/c.bin', PIXEL), '..'))
    await page.locator('.files .name').nth(2).waitFor()
    const folders = page.locator('.files .folder:not([hidden])')
    expect((await folders.allTextContents()).map((text) => text.trim()).toSorted()).toEqual(['trip', 'trip/day-1'])
    await page.reload()
    await folders.filter({ hasText: /^\s*trip\/day-1\s*$/ }).click()

    expect(await page.locator('h2#files-heading').textContent()).toBe('Files in trip/day-1')
    expect(await page.locator('.files .name').allTextContents()).toEqual(['a.bin'])
    expect(visited.complaints).toEqual([])
  })
})
