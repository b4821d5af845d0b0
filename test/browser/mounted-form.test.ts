import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { json } from '../../src/form/json-field.ts'
import { uploadForm } from '../../src/form/upload-form.ts'
import { serveHandler } from '../../src/handler/fixtures/form-site.ts'
import { formHandler } from '../../src/handler/form-handler.ts'
import type { RequestHandler } from '../../src/http/outgoing.ts'
import { textOutgoing } from '../../src/http/text-outgoing.ts'
import { uploadSet } from '../../src/policy/upload-set.ts'
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts'
import { chromium, launch } from './chromium.ts'

const PAGE = `<!doctype html><title>A form</title>
<form method="post" enctype="multipart/form-data" action="/">
  <input name="title"><input type="file" name="paper"><input type="hidden" name="_csrf" value="token">
  <button name="intent" value="save">Save</button>
</form>`

/** A form at /, its page, and the page after it. */
function site(): RequestHandler {
  const papers = uploadSet('papers', { storage: memoryStorage(), extensions: ['txt'] })
  const shape = {
    title: z.string().max(3, 'Use at most 3 characters.').optional(),
    paper: papers.optional(),
    details: json(z.object({ tags: z.array(z.string()) }).optional()),
  }
  const form = uploadForm(shape, { extraFields: ['_csrf', 'intent'], labels: { title: 'Title' } })
  const handler = formHandler(form, {
    received: ({ title, paper, details }) => ({ title, key: paper?.key, details }),
    redirect: ({ key }) => `/stored/${key}`,
    refused: ({ error }) => new Response(error.message, { status: 422, headers: { 'content-type': 'text/plain' } }),
  })
  return {
    handle: (incoming) =>
      incoming.method === 'GET'
        ? Promise.resolve(textOutgoing({ status: 200, type: 'text/html', text: PAGE, method: 'GET' }))
        : handler.handle(incoming),
  }
}

describe.skipIf(!chromium)('a form behind a URL, in a browser,', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(async () => browser.close())

  test('is redirected without JavaScript, and shows the page of a refusal in the words of its labels', async () => {
    await using server = await serveHandler(site())
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(server.origin)
    await page.fill('[name=title]', 'long')
    await page.click('button')
    expect(await page.textContent('body')).toBe('Title: Use at most 3 characters.')
    await page.goto(server.origin)
    await page.fill('[name=title]', 'ok')
    await page.setInputFiles('[name=paper]', { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('text') })
    await page.click('button')
    expect(page.url()).toBe(`${server.origin}/stored/a.txt`)
    await context.close()
  })

  test('gets JSON as a Blob of FormData, and answers a script with JSON', async () => {
    await using server = await serveHandler(site())
    const page = await browser.newPage()
    await page.goto(server.origin)
    const answer = await page.evaluate(async () => {
      const body = new FormData()
      body.append('details', new Blob([JSON.stringify({ tags: ['ä'] })], { type: 'application/json' }))
      body.append('paper', new File(['text'], 'b.txt'))
      const response = await fetch('/', { method: 'POST', body })
      return [response.status, await response.text()]
    })
    expect(answer).toEqual([201, '{"key":"b.txt","details":{"tags":["ä"]}}'])
    await page.close()
  })
})
