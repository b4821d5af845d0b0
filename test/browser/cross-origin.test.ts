import { createServer } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listen } from '../../src/adapters/node/fixtures/listen.ts'
import { uploadHandler } from '../../src/handler.ts'
import type { UploadHandlerOptions } from '../../src/handler.ts'
import { uploadSet } from '../../src/index.ts'
import { memoryStorage } from '../../src/memory.ts'
import { attach, nodeHandler } from '../../src/node.ts'
import { chromium, launch } from './chromium.ts'

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

describe.skipIf(!chromium)('a page of another site, in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch({ args: ['--host-resolver-rules=MAP *.example 127.0.0.1'] })
  })
  afterAll(async () => browser.close())

  /** A page at `app.example`, and uploads at `files.example` with one picture. */
  async function visit(optionsFor: (origin: string) => UploadHandlerOptions) {
    const app = await listen(createServer((_, response) => response.end('<!doctype html><title>App</title>')))
    const appOrigin = `http://app.example:${new URL(app.origin).port}`
    const set = uploadSet('pictures', { storage: memoryStorage() })
    await set.save(new File([PIXEL], 'pixel.png'))
    const uploads = await listen(attach(createServer(nodeHandler(uploadHandler(set, optionsFor(appOrigin))))))
    const page = await browser.newPage()
    await page.goto(appOrigin)
    return {
      page,
      set,
      url: `http://files.example:${new URL(uploads.origin).port}`,
      async [Symbol.asyncDispose]() {
        await page.close()
        await uploads.close()
        await app.close()
      },
    }
  }

  /** The width of a picture that the page embeds; 0 if the browser does not show it. */
  async function widthOf(page: Page, src: string, crossOrigin: string | null): Promise<number> {
    return page.evaluate(
      async (picture) => {
        const image = new Image()
        image.crossOrigin = picture.crossOrigin
        image.src = picture.src
        // An EncodingError: it was not loaded.
        await image.decode().catch(() => {})
        return image.naturalWidth
      },
      { src, crossOrigin },
    )
  }

  test.each<[string, (origin: string) => UploadHandlerOptions, plainly: number, withCors: number]>([
    ['of uploads without origins', () => ({}), 0, 0],
    ['of uploads with its origin', (origin) => ({ origins: [origin] }), 1, 1],
    ['that authorize has let out', (origin) => ({ origins: [origin], authorize: () => true }), 0, 1],
    ['of uploads with another origin', () => ({ origins: ['https://other.example'] }), 1, 0],
  ])('shows a picture %s as far as it may', async (_, optionsFor, plainly, withCors) => {
    await using visited = await visit(optionsFor)
    const src = `${visited.url}/pixel.png`
    expect(await widthOf(visited.page, src, null)).toBe(plainly)
    expect(await widthOf(visited.page, src, 'use-credentials')).toBe(withCors)
  })

  test('uploads with headers of its own, and reads when to come again', async () => {
    await using visited = await visit((origin) => ({ origins: [origin], takeSlot: takeNone }))
    const answer = await visited.page.evaluate(async (url) => {
      const headers = { 'x-csrf-token': 'abc', 'content-disposition': 'attachment; filename="a.txt"' }
      const response = await fetch(url, { method: 'POST', credentials: 'include', headers, body: 'a' })
      return [response.status, response.headers.get('retry-after')]
    }, visited.url)
    expect(answer).toEqual([503, '10'])
  })
})

async function takeNone(): Promise<undefined> {}
