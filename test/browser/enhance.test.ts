import { truncateSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UploadError, receive } from '../../src/index.ts'
import { sendProblem } from '../../src/node.ts'
import { storedIn } from '../cli/client.ts'
import { axeViolations } from './axe.ts'
import { chromium, launch } from './chromium.ts'
import { clientSite } from './client-site.ts'
import type { ClientSite } from './client-site.ts'

const MIB = 1024 ** 2
const PATIENCE = { timeout: 30_000 }

const form = (
  action: string,
  more = '',
): string => `<form method="post" action="${action}" enctype="multipart/form-data">
  <p><label>Title <input name="title"></label></p>
  <p><label>Photo <input type="file" name="photo" aria-describedby="hint"></label> <span id="hint">Any picture.</span></p>
  ${more}
  <button name="do" value="publish">Publish</button> <button name="do" value="draft">Keep as a draft</button>
</form>`

const FILE = { name: 'a.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(1000, 97) }

/** The path of a large file of the person. */
function bigFile({ home }: ClientSite): string {
  const path = join(home, 'big.bin')
  writeFileSync(path, '')
  truncateSync(path, 40 * MIB)
  return path
}

/** The fields and files that a request brings. */
async function fieldsOf(request: IncomingMessage): Promise<Record<string, string>> {
  const upload = await receive(request)
  const files = [...upload.files].map(([name, file]) => [name, `file ${file.name}`])
  const fields = Object.fromEntries([...upload.fields, ...files])
  await upload.dispose()
  return fields
}

describe.skipIf(!chromium)('a form with `enhance`, in a browser,', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(async () => browser.close())

  const enhance = (site: ClientSite, options = '{}'): Promise<unknown> =>
    site.run(`globalThis.undo = enhance(document.querySelector('form'), ${options})`)

  const answering =
    (answer: (fields: Record<string, string>, response: ServerResponse) => void) =>
    (request: IncomingMessage, response: ServerResponse): void => {
      fieldsOf(request)
        .then((fields) => answer(fields, response))
        .catch((error: unknown) => sendProblem(request, response, error))
    }

  test('is sent by keyboard alone, says so, and is empty afterwards', async () => {
    await using site = await clientSite(browser, { html: form('/files') })
    const { tab } = site
    await enhance(site)
    await tab.getByLabel('Photo').setInputFiles(FILE)
    await tab.getByLabel('Title').focus()
    await tab.keyboard.type('Cats')
    await tab.keyboard.press('Enter')
    await expect.poll(() => tab.getByRole('status').textContent(), PATIENCE).toBe('Everything has arrived.')
    expect(storedIn(site.folder)).toEqual(['a.bin'])
    expect([await tab.getByLabel('Title').inputValue(), new URL(tab.url()).pathname]).toEqual(['', '/'])
    expect(await tab.getByRole('progressbar').isVisible()).toBe(false)
    expect([await axeViolations(tab), site.complaints]).toEqual([[], []])
  })

  test('shows speed and time left beside its bar, and is cancelled by keyboard with nothing left', async () => {
    await using site = await clientSite(browser, { html: form('/files') })
    const { tab, wire } = site
    await enhance(site)
    wire.throttle(MIB)
    await tab.getByLabel('Photo').setInputFiles(bigFile(site))
    const publish = tab.getByRole('button', { name: 'Publish' })
    await publish.focus()
    await tab.keyboard.press('Enter')

    await tab.getByText(/^\d+ %, [\d.]+ \w+\/s, \d+ (?:s|min) left$/).waitFor()
    expect(await tab.getByRole('progressbar', { name: 'Uploading' }).isVisible()).toBe(true)
    expect(await axeViolations(tab)).toEqual([])
    expect(await tab.getByRole('status').textContent()).toBe('Uploading')

    await tab.keyboard.press('Tab')
    await tab.keyboard.press('Tab')
    expect(await tab.evaluate('document.activeElement.textContent')).toBe('Cancel')
    await tab.keyboard.press('Enter')
    await expect.poll(() => tab.getByRole('status').textContent(), PATIENCE).toBe('The upload was cancelled.')
    expect(await tab.evaluate('document.activeElement.textContent')).toBe('Publish')
    expect(await tab.getByRole('progressbar').isVisible()).toBe(false)
    await expect.poll(() => site.drafts(), PATIENCE).toEqual([])
    expect([storedIn(site.folder), site.sent]).toEqual([[], ['POST /files']])
  })

  test.each([200, 422])('runs nothing of a page that another origin answers with status %i', async (status) => {
    await using site = await clientSite(browser, {
      respond(request, response) {
        response
          .setHeader('access-control-allow-origin', request.headers.origin ?? '')
          .setHeader('content-type', 'text/html')
        // An inline handler runs as soon as its element is in the page.
        const text = `<form id="f" action="${site.wire.origin}/other"><img src="x:" onerror="globalThis.taken = true"></form>`
        request.resume().on('end', () => response.writeHead(request.method === 'OPTIONS' ? 200 : status).end(text))
      },
    })
    const { tab, wire } = site
    // The same server under another name, which is another origin.
    await tab.goto(wire.origin.replace('127.0.0.1', 'localhost'))
    await tab.waitForFunction('globalThis.client')
    await tab.evaluate(
      (html) => void (document.body.innerHTML = html),
      form(`${wire.origin}/other`).replace('<form', '<form id="f"'),
    )
    await enhance(site)
    await tab.getByRole('button', { name: 'Publish' }).click()
    const said = tab.locator(status === 200 ? '[role=status]' : '[role=alert]')
    await expect.poll(() => said.textContent(), PATIENCE).toMatch(status === 200 ? /has arrived/ : /status 422/)
    expect(await tab.evaluate('globalThis.taken')).toBe(undefined)
  })

  test("shows the server's sentences beside its fields, moves the focus there, and takes them back", async () => {
    const errors = [
      { path: ['title'], field: 'title', code: 'missing-field' as const, detail: 'Give it a title.' },
      { path: ['photo'], field: 'photo', code: 'missing-field' as const, detail: 'Choose a photo.' },
      { path: ['other'], field: 'other', code: 'unknown-field' as const, detail: 'Nothing of this name is known.' },
    ]
    await using site = await clientSite(browser, {
      html: form('/posts'),
      respond: answering(({ title }, response) => {
        if (title === '') throw new UploadError('invalid-form', { errors })
        response.writeHead(201, { 'content-type': 'application/json' }).end('{}')
      }),
    })
    const { tab } = site
    await enhance(site)
    const before = await tab.getByLabel('Photo').evaluate((input) => input.outerHTML)
    await tab.getByRole('button', { name: 'Publish' }).click()
    await tab.getByText('Give it a title.').waitFor()

    const title = tab.getByRole('textbox', { name: 'Title', description: 'Give it a title.' })
    expect(await title.getAttribute('aria-invalid')).toBe('true')
    expect(await title.evaluate((input) => input === document.activeElement)).toBe(true)
    const described = await tab.getByLabel('Photo').getAttribute('aria-describedby')
    expect(described).toMatch(/^hint decant-error-[\d.]+$/)
    expect(await tab.getByRole('alert').textContent()).toBe('Nothing of this name is known.')
    expect(await axeViolations(tab)).toEqual([])

    await title.fill('Cats')
    await tab.keyboard.press('Enter')
    await expect.poll(() => tab.getByRole('status').textContent(), PATIENCE).toBe('Everything has arrived.')
    expect(await tab.locator('[aria-invalid], .decant-error').count()).toBe(0)
    expect(await tab.getByLabel('Photo').evaluate((input) => input.outerHTML)).toBe(before)
    expect(await tab.getByRole('alert').textContent()).toBe('')
  })

  test('shows a refusal that names no field below it, and moves the focus there', async () => {
    await using site = await clientSite(browser, { html: form('/files'), handler: { maxBodySize: 1000 } })
    const { tab } = site
    await enhance(site)
    await tab.getByLabel('Photo').setInputFiles(FILE)
    await tab.getByRole('button', { name: 'Publish' }).click()
    const alert = tab.getByRole('alert')
    await expect.poll(() => alert.textContent(), PATIENCE).toMatch(/^The whole request may have at most 1,?000 bytes/)
    expect(await alert.evaluate((element) => element === document.activeElement)).toBe(true)
    expect(site.sent).toEqual(['POST /files'])
    expect(await axeViolations(tab)).toEqual([])
  })

  test('follows a redirect, as a browser does', async () => {
    await using site = await clientSite(browser, {
      html: form('/posts'),
      respond: (request, response) => {
        if (request.method === 'POST') {
          void fieldsOf(request).then(() => response.writeHead(303, { location: '/posts/7' }).end())
        } else response.setHeader('content-type', 'text/html').end('<title>Post 7</title>')
      },
    })
    const { tab } = site
    await enhance(site)
    await tab.getByRole('button', { name: 'Publish' }).click()
    await tab.waitForURL('**/posts/7')
    expect(await tab.title()).toBe('Post 7')
    await tab.goBack()
    expect(await tab.getByRole('heading', { name: 'Files' }).count()).toBe(1)
    expect(site.sent).toEqual(['POST /posts'])
  })

  test('shows a page that is the answer, as a browser does', async () => {
    await using site = await clientSite(browser, {
      html: form('/posts'),
      respond: answering((_, response) => response.setHeader('content-type', 'text/html').end('<h1>Thanks</h1>')),
    })
    await enhance(site)
    await site.tab.getByRole('button', { name: 'Publish' }).click()
    await site.tab.getByRole('heading', { name: 'Thanks' }).waitFor()
    expect(await site.tab.locator('form').count()).toBe(0)
  })

  test('takes over the form of a refusal that is a page, and stays enhanced', async () => {
    await using site = await clientSite(browser, {
      html: form('/posts'),
      respond: answering(({ title = '' }, response) => {
        const again = form('/posts', '<input type="hidden" name="kept" value="1">').replace(
          'name="title"',
          `name="title" value="${title}" aria-invalid="true"`,
        )
        response.writeHead(422, { 'content-type': 'text/html' }).end(`<p role="alert">Use fewer letters.</p>${again}`)
      }),
    })
    const { tab } = site
    await enhance(site)
    for (const title of ['Too long', 'Still too long']) {
      await tab.getByLabel('Title').fill(title)
      await tab.getByRole('button', { name: 'Publish' }).click()
      await expect.poll(() => tab.getByRole('alert').textContent(), PATIENCE).toBe('Use fewer letters.')
      expect(await tab.getByLabel('Title').inputValue()).toBe(title)
      expect(await tab.getByLabel('Title').evaluate((input) => input === document.activeElement)).toBe(true)
      expect(await tab.locator('input[name=kept]').count()).toBe(1)
    }
    expect(site.sent).toHaveLength(2)
  })

  test('has a sentence for the page of a proxy, and keeps what was filled in', async () => {
    await using site = await clientSite(browser, {
      html: form('/posts'),
      respond: answering((_, response) => response.writeHead(413, { 'content-type': 'text/html' }).end('<h1>413</h1>')),
    })
    const { tab } = site
    await enhance(site)
    await tab.getByLabel('Title').fill('Cats')
    await tab.getByRole('button', { name: 'Publish' }).click()
    await expect.poll(() => tab.getByRole('alert').textContent(), PATIENCE).toContain('A server on the way')
    expect(await tab.getByLabel('Title').inputValue()).toBe('Cats')
  })

  test('sends the name of the button that was pressed, to the place that the button names', async () => {
    await using site = await clientSite(browser, {
      html: form('/posts', '<button name="do" value="elsewhere" formaction="/elsewhere">Elsewhere</button>'),
      respond: answering((fields, response) =>
        response.setHeader('content-type', 'application/json').end(JSON.stringify(fields)),
      ),
    })
    const { tab } = site
    await enhance(site, '{ onAnswer: (answer) => { globalThis.answer = answer } }')
    for (const [name, value] of [['Keep as a draft', 'draft'] as const, ['Elsewhere', 'elsewhere'] as const]) {
      await tab.getByRole('button', { name }).click()
      await expect.poll(() => tab.evaluate('globalThis.answer?.do'), PATIENCE).toBe(value)
    }
    expect(site.sent).toEqual(['POST /posts', 'POST /elsewhere'])
  })

  test('is sent once, however often its button is pressed', async () => {
    const held = Promise.withResolvers<void>()
    await using site = await clientSite(browser, {
      html: form('/posts'),
      respond: answering((_, response) => void held.promise.then(() => response.end())),
    })
    const { tab } = site
    await enhance(site)
    const publish = tab.getByRole('button', { name: 'Publish' })
    await publish.dblclick()
    await publish.click()
    await tab.getByLabel('Title').press('Enter')
    await expect.poll(() => tab.getByRole('status').textContent(), PATIENCE).toBe('Checking…')
    held.resolve()
    await expect.poll(() => tab.getByRole('status').textContent(), PATIENCE).toBe('Everything has arrived.')
    expect(site.sent).toEqual(['POST /posts'])
  })

  test('goes on after a broken connection', async () => {
    await using site = await clientSite(browser, { html: form('/files') })
    const { tab, wire } = site
    await enhance(site)
    wire.cutAfter(3 * MIB)
    wire.throttle(40 * MIB)
    await tab.getByLabel('Photo').setInputFiles(bigFile(site))
    await tab.getByRole('button', { name: 'Publish' }).click()
    await expect.poll(() => tab.getByRole('status').textContent(), PATIENCE).toContain('Trying again')
    await expect.poll(() => tab.getByRole('status').textContent(), PATIENCE).toBe('Everything has arrived.')
    expect(storedIn(site.folder)).toEqual(['big.bin'])
  })

  test('is as it was after it is undone, and the browser sends it', async () => {
    await using site = await clientSite(browser, {
      html: form('/posts'),
      respond: answering((_, response) => response.setHeader('content-type', 'text/html').end('<h1>By itself</h1>')),
    })
    const { tab } = site
    const before = await tab.locator('main').innerHTML()
    await enhance(site, '{ words: { cancel: "Abbrechen" } }')
    expect(await tab.locator('form').innerHTML()).toContain('Abbrechen')
    await tab.evaluate('undo()')
    expect(await tab.locator('main').innerHTML()).toBe(before)
    await tab.getByRole('button', { name: 'Publish' }).click()
    await tab.waitForURL('**/posts')
    expect(await tab.getByRole('heading', { name: 'By itself' }).count()).toBe(1)
  })

  test('leaves forms without files to the browser, and takes nothing but a form', async () => {
    await using site = await clientSite(browser, {
      html: '<form action="/search"><label>Words <input name="q"></label><button>Search</button></form>',
      respond: (request, response) => response.setHeader('content-type', 'text/html').end(request.url),
    })
    await enhance(site)
    const outcome = site.run(`try { enhance(document.body) } catch ({ message }) { return message }`)
    expect(await outcome).toBe('enhance needs a form element.')
    await site.tab.getByLabel('Words').fill('cats')
    await site.tab.getByRole('button').first().click()
    await site.tab.waitForURL('**/search?q=cats')
  })
})
