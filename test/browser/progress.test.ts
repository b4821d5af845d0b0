import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listen } from '../../src/adapters/node/fixtures/listen.ts'
import { uploadHandler } from '../../src/handler.ts'
import { uploadSet } from '../../src/index.ts'
import { memoryStorage } from '../../src/memory.ts'
import { attach, nodeHandler } from '../../src/node.ts'
import { chromium, launch } from './chromium.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'guide', 'recipes.md'), 'utf8')
const client = readFileSync(join(import.meta.dirname, '..', '..', 'dist', 'client.js'), 'utf8')
const [, program = ''] = /^```js\n(.*?)^```$/ms.exec(page) ?? []

describe.skipIf(!chromium)('the recipe of progress, in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(async () => browser.close())

  /** Uploads a file of this name with the recipe, on a page of the server's own. */
  async function upload(name: string): Promise<unknown> {
    const set = uploadSet('files', { storage: memoryStorage() })
    const listener = nodeHandler(uploadHandler(set, { base: '/files' }))
    const html = `<!doctype html><script type="importmap">{ "imports": { "decant/client": "/client.js" } }</script>`
    const server = await listen(
      attach(
        createServer((request, response) => {
          if (request.url === '/') response.setHeader('content-type', 'text/html').end(html)
          else if (request.url === '/recipe.js') response.setHeader('content-type', 'text/javascript').end(program)
          else if (request.url === '/client.js') response.setHeader('content-type', 'text/javascript').end(client)
          else listener(request, response)
        }),
      ),
    )
    const tab = await browser.newPage()
    await tab.goto(server.origin)
    const result: unknown = await tab.evaluate(
      `(async () => {
        const seen = []
        const file = new File([new Uint8Array(8_000_000).fill(97)], ${JSON.stringify(name)})
        try {
          const { send } = await import('/recipe.js')
          const { key, size } = await send('/files', file, (part) => seen.push(part))
          return { key, size, last: seen.at(-1), rises: seen.every((part, index) => index === 0 || part >= seen[index - 1]) }
        } catch (error) {
          return error.message
        }
      })()`,
    )
    await tab.close()
    await server.close()
    return result
  }

  test('tells how much has been sent, up to all of it, and gives the stored file', async () => {
    expect(await upload('a.txt')).toEqual({ key: 'a.txt', size: 8_000_000, last: 1, rises: true })
  })

  test('fails with the sentence of a refusal', async () => {
    expect(await upload('a.exe')).toMatch(/^"a\.exe" is not allowed: \.exe files are not accepted here\./)
  })
})
