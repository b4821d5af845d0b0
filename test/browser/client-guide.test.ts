import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storedIn } from '../cli/client.ts'
import { chromium, launch } from './chromium.ts'
import { clientSite } from './client-site.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'guide', 'client.md'), 'utf8')
const [example = ''] = [...page.matchAll(/^```html\n(.*?)^```$/gms)].map(([, code]) => code ?? '')
const programs = [...page.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = '']) =>
  code.replace("'decant/client'", "'/client.js'"),
)
const FILE = { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') }

describe.skipIf(!chromium)('the guide of the client, in a browser,', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(async () => browser.close())

  test('shows a form that is sent with a progress bar', async () => {
    const html = example.replace('"/photos"', '"/files"').replace('/decant-client.js', '/client.js')
    await using site = await clientSite(browser, { html })
    await site.tab.getByLabel('Photo').setInputFiles(FILE)
    await site.tab.getByRole('button', { name: 'Upload' }).click()
    await site.tab.getByText('Everything has arrived.').waitFor()
    expect(storedIn(site.folder)).toEqual(['a.txt'])
  })

  test('shows how to send a file, and how to show the sentence of a refusal', async () => {
    await using site = await clientSite(browser, { respond: respondWith(programs[0]), handler: { maxBodySize: 1000 } })
    const result = await site.run(`
      const { send } = await import('/program.js')
      const parts = []
      const show = (part) => parts.push(part)
      const url = await send(new File(['a'], 'a.txt'), show)
      return [url, parts.at(-1), await send(new File(['a'.repeat(2000)], 'b.txt'), show)]`)
    expect(result).toEqual(['/files/a.txt', 1, expect.stringMatching(/^The whole request may have at most/)])
  })

  test('shows a queue', async () => {
    await using site = await clientSite(browser, { respond: respondWith(programs[1]) })
    const lines: string[] = []
    site.tab.on('console', (message) => lines.push(message.text()))
    await site.run(`
      const { choose } = await import('/program.js')
      choose({ files: [new File(['a'], 'a.txt'), new File(['b'], 'b.txt')] })`)
    await expect
      .poll(() => lines, { timeout: 30_000 })
      .toEqual(expect.arrayContaining(['a.txt stored', 'b.txt stored']))
    expect(storedIn(site.folder)).toEqual(['a.txt', 'b.txt'])
  })

  test('shows how to go on after the JSON of a route', async () => {
    await using site = await clientSite(browser, {
      html: '<form method="post" action="/posts" enctype="multipart/form-data"><button>Upload</button></form>',
      respond: (request, response) => {
        if (request.method === 'POST') {
          request
            .resume()
            .on('end', () => response.setHeader('content-type', 'application/json').end('{"url":"/posts/7"}'))
        } else respondWith(programs[2])(request, response)
      },
    })
    await site.run(`await import('/program.js')`)
    await site.tab.getByRole('button', { name: 'Upload' }).click()
    await site.tab.waitForURL('**/posts/7')
  })
})

function respondWith(program = ''): RequestListener {
  return (request, response) => {
    if (request.url === '/program.js') response.setHeader('content-type', 'text/javascript').end(program)
    else response.setHeader('content-type', 'text/html').end('<h1>Here</h1>')
  }
}
