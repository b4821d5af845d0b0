import { createHash, randomFillSync } from 'node:crypto'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, readdirSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../cli/decant-process.ts'
import { chromium, launch } from './chromium.ts'

const APP = fileURLToPath(new URL('../../examples/typed-form/app.ts', import.meta.url))
const MIB = 1024 ** 2
const FILE_SIZE = 50 * MIB

/** The example, started as a user does, behind a wire that counts what is sent to it. */
async function startApp(folder: string) {
  const app = spawn(process.execPath, [APP], {
    cwd: folder,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(app, 'exit')
  const started = once(createInterface(app.stdout), 'line').then(([line]) => new URL(line))
  const { port } = await Promise.race([started, exit.then(() => Promise.reject(new Error('The example ended.')))])

  let sent = 0
  const wire = createServer((client) => {
    const server = connect(Number(port), '127.0.0.1')
    client.on('data', (bytes) => (sent += bytes.length))
    client.on('error', () => server.destroy())
    server.on('error', () => client.destroy())
    client.pipe(server).pipe(client)
  })
  wire.listen(0, '127.0.0.1')
  await once(wire, 'listening')
  const address = wire.address()
  if (address === null || typeof address === 'string') throw new Error('The wire has no port.')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    /** Bytes that the server was sent since the last call. */
    sent(): number {
      const bytes = sent
      sent = 0
      return bytes
    },
    async [Symbol.asyncDispose]() {
      wire.close()
      app.kill()
      await exit
    },
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

describe.skipIf(!chromium)('a person with a browser and without JavaScript, whose title is too long,', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(async () => browser.close())

  test('gets the page back with all that was filled in, and sends the title alone', async () => {
    using own = temporaryFolder()
    const bytes = randomFillSync(Buffer.alloc(FILE_SIZE))
    // A picture, as far as its first bytes tell.
    bytes.set([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1])
    const picture = join(own.path, 'Große Katze.jpg')
    writeFileSync(picture, bytes)
    await using app = await startApp(own.path)
    await using context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(app.origin)

    await page.getByLabel('Title').fill('A title that is far too long <for> "it"')
    await page.getByLabel('Text').fill('\nOne line,\n  and "another" & more')
    await page.getByLabel('Cover').setInputFiles(picture)
    app.sent()
    const refused = page.waitForResponse((response) => response.request().method() === 'POST')
    await page.getByRole('button', { name: 'Publish' }).click()

    expect((await refused).status()).toBe(422)
    expect(app.sent()).toBeGreaterThan(FILE_SIZE)
    expect(await page.getByLabel('Title').inputValue()).toBe('A title that is far too long <for> "it"')
    expect(await page.getByLabel('Text').inputValue()).toBe('\nOne line,\n  and "another" & more')
    expect(await page.locator('strong').allTextContents()).toEqual(['Use at most 20 characters.'])
    expect(await page.getByLabel('Title').getAttribute('aria-describedby')).toBe('title-error')
    expect(await page.getByText('Große Katze.jpg is here already.').count()).toBe(1)
    expect(readdirSync(join(own.path, 'uploads')).filter((name) => name !== '.decant')).toEqual([])

    await page.getByLabel('Title').fill('Cats')
    app.sent()
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.getByRole('heading', { name: 'Cats' }).waitFor()

    expect(app.sent()).toBeLessThan(10_000)
    expect(new URL(page.url()).pathname).toBe('/posts')
    expect(await page.getByRole('link', { name: 'Große Katze.jpg' }).count()).toBe(1)
    expect(await sha256(join(own.path, 'uploads', 'Große Katze.jpg'))).toBe(await sha256(picture))
  })
})
