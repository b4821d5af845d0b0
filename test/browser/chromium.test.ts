import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { chromium, launch } from './chromium.ts'

describe.skipIf(!chromium)('the browser that tests are given', () => {
  test('opens a page of a local server and runs its script', async () => {
    await using server = createServer((_, response) => {
      response.setHeader('content-type', 'text/html').end('<script>document.title = 1 + 1</script>')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined

    await using browser = await launch()
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${port}/`)

    expect(await page.title()).toBe('2')
  })
})
