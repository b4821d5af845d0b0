/**
 * Makes the requests of Chromium and curl in this folder anew: `node -C source test/wire/capture.ts`, if both are here.
 * Each is the raw body that the client sent (`.bin`), with its Content-Type and its meaning beside it (`.json`). These
 * are written by hand and not by a decoder.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { launch } from '../browser/chromium.ts'
import type { WirePart, WireRequest } from './wire-request.ts'

interface BrowserCase {
  readonly name: string
  readonly about: string
  /** The content of the page. Without a button, `send` sends. */
  readonly html: string
  readonly send?: (page: Page, folder: string) => Promise<void>
  readonly parts: readonly WirePart[]
}

interface CurlCase {
  readonly name: string
  readonly about: string
  readonly options: readonly string[]
  readonly parts: readonly WirePart[]
}

const SUBMIT = '<button>Send</button>'
const FORM = '<form method="post" action="/" enctype="multipart/form-data"'

/** Bytes that no charset has, with line ends and dashes among them, as many as a few network packets. */
const BINARY = Buffer.from(
  Array.from({ length: 9000 }, (_, index) => [13, 10, 45, 45, index % 256, (index * 7) % 256][index % 6] ?? 0),
)
const SHORT = BINARY.subarray(0, 600)

function file(name: string, filename: string, contentType: string, content: string | Buffer): WirePart {
  return { name, filename, contentType, base64: Buffer.from(content).toString('base64') }
}

/** Chooses files in the page itself, since only there a name may be anything. */
async function choose(page: Page, selector: string, ...names: string[]): Promise<void> {
  await page.evaluate(
    ([css, list]) => {
      const transfer = new DataTransfer()
      for (const name of list) transfer.items.add(new File([`this is ${name}`], name, { type: 'text/plain' }))
      const input = document.querySelector<HTMLInputElement>(css)
      if (input !== null) input.files = transfer.files
    },
    [selector, names] as const,
  )
}

const STRANGE_NAMES = [
  'quote " and ; semicolon.txt',
  'line\nbreak and\rreturn.txt',
  'percent %22 100%.txt',
  "it's (1) [2] {3}.txt",
  'tab\tinside.txt',
  ' spaces around .txt ',
]

const browserCases: BrowserCase[] = [
  {
    name: 'fields',
    about:
      'names with quotes, backslashes, line ends and UTF-8; a textarea with every kind of line end; repeated names; no text',
    html: `${FORM}><input name="q&quot;uote\\ back;slash" value="1"><input name="line&#10;end" value="2"><input name="größe 日本 😀" value="naïve 日本 😀">
      <textarea name="text"></textarea><input type="checkbox" name="tag" value="a" checked><input type="checkbox" name="tag" value="b" checked>
      <input name="empty"><input name="__proto__" value="x"><input value="has no name">${SUBMIT}</form>`,
    send: async (page) => {
      await page.fill('textarea', 'one\ntwo\r\nthree\n\n--four')
      await page.click('button')
    },
    parts: [
      // The quote comes as %22, and the line end of a name, like those of the text, as CR LF.
      { name: 'q"uote\\ back;slash', text: '1' },
      { name: 'line\r\nend', text: '2' },
      { name: 'größe 日本 😀', text: 'naïve 日本 😀' },
      { name: 'text', text: 'one\r\ntwo\r\nthree\r\n\r\n--four' },
      { name: 'tag', text: 'a' },
      { name: 'tag', text: 'b' },
      { name: 'empty', text: '' },
      { name: '__proto__', text: 'x' },
    ],
  },
  {
    name: 'empty-form',
    about: 'a form without a single control: the last delimiter is all',
    html: `${FORM}>${SUBMIT}</form>`,
    parts: [],
  },
  {
    name: 'no-file-chosen',
    about: 'a file input in which nothing was chosen',
    html: `${FORM}><input type="file" name="file"><input name="title" value="t">${SUBMIT}</form>`,
    parts: [file('file', '', 'application/octet-stream', ''), { name: 'title', text: 't' }],
  },
  {
    name: 'binary-file',
    about: 'a file of 9,000 bytes with beginnings of delimiters, and one of no bytes',
    html: `${FORM}><input type="file" name="file"><input type="file" name="none">${SUBMIT}</form>`,
    send: async (page) => {
      await page.setInputFiles('[name=file]', { name: 'bin', mimeType: 'image/png', buffer: BINARY })
      await page.setInputFiles('[name=none]', { name: 'none.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) })
      await page.click('button')
    },
    parts: [file('file', 'bin', 'image/png', BINARY), file('none', 'none.txt', 'text/plain', '')],
  },
  {
    name: 'many-files',
    about: 'names of files in several scripts, all in one input',
    html: `${FORM}><input type="file" name="files" multiple>${SUBMIT}</form>`,
    send: async (page) => {
      await choose(page, '[name=files]', 'plain.txt', 'Übergröße.txt', '日本語.txt', '😀 family 👨‍👩‍👧.txt', 'مرحبا.txt')
      await page.click('button')
    },
    parts: ['plain.txt', 'Übergröße.txt', '日本語.txt', '😀 family 👨‍👩‍👧.txt', 'مرحبا.txt'].map((name) =>
      file('files', name, 'text/plain', `this is ${name}`),
    ),
  },
  {
    name: 'strange-names',
    about: 'names of files with quotes, semicolons, line ends, percent signs, tabs and spaces',
    html: `${FORM}><input type="file" name="files" multiple>${SUBMIT}</form>`,
    send: async (page) => {
      await choose(page, '[name=files]', ...STRANGE_NAMES)
      await page.click('button')
    },
    // A percent sign is not escaped, so that a true %22 cannot be told from a quote.
    parts: STRANGE_NAMES.map((name) => file('files', name.replace('%22', '"'), 'text/plain', `this is ${name}`)),
  },
  {
    name: 'backslash-names',
    about: 'the path of an old Internet Explorer, and a backslash at the very end',
    html: `${FORM}><input type="file" name="files" multiple>${SUBMIT}</form>`,
    send: async (page) => {
      await choose(page, '[name=files]', 'C:\\fakepath\\new\\photo.jpg', 'ends with \\')
      await page.click('button')
    },
    parts: ['C:\\fakepath\\new\\photo.jpg', 'ends with \\'].map((name) =>
      file('files', name, 'text/plain', `this is ${name}`),
    ),
  },
  {
    name: 'folder',
    about: 'a whole folder: names are paths',
    html: `${FORM}><input type="file" name="files" webkitdirectory>${SUBMIT}</form>`,
    send: async (page, folder) => {
      await mkdir(join(folder, 'album', 'inner'), { recursive: true })
      await writeFile(join(folder, 'album', 'inner', 'deep.txt'), 'deep')
      await page.setInputFiles('[name=files]', join(folder, 'album'))
      await page.click('button')
    },
    parts: [file('files', 'album/inner/deep.txt', 'text/plain', 'deep')],
  },
  {
    name: 'charset-iso-8859-1',
    about: 'accept-charset and _charset_; what the charset lacks comes as a character reference',
    html: `${FORM} accept-charset="iso-8859-1"><input type="hidden" name="_charset_"><input name="größe" value="naïve € 日">
      <input type="file" name="file">${SUBMIT}</form>`,
    send: async (page) => {
      await choose(page, '[name=file]', 'größe €.txt')
      await page.click('button')
    },
    parts: [
      { name: '_charset_', text: 'windows-1252' },
      { name: 'größe', text: 'naïve € &#26085;' },
      file('file', 'größe €.txt', 'text/plain', 'this is größe €.txt'),
    ],
  },
  {
    name: 'charset-shift-jis',
    about: 'accept-charset and _charset_ of a charset in which the second byte of a character may be a backslash',
    html: `${FORM} accept-charset="shift_jis"><input type="hidden" name="_charset_"><input name="表" value="表示 ソ">
      <input type="file" name="file">${SUBMIT}</form>`,
    send: async (page) => {
      await choose(page, '[name=file]', 'ソ 表')
      await page.click('button')
    },
    parts: [
      { name: '_charset_', text: 'Shift_JIS' },
      { name: '表', text: '表示 ソ' },
      file('file', 'ソ 表', 'text/plain', 'this is ソ 表'),
    ],
  },
  {
    name: 'form-data',
    about: 'fetch with FormData: a blob without a name, a file with a type of its own, lines of text, an empty name',
    html: '',
    send: async (page) => {
      await page.evaluate(async () => {
        const form = new FormData()
        form.append('blob', new Blob(['{}'], { type: 'application/json' }))
        form.append('file', new File(['x'], 'a"b\r\nc.txt', { type: 'text/plain; charset=utf-8' }))
        form.append('text', 'one\ntwo')
        form.append('', 'no name')
        await fetch('/', { method: 'POST', body: form })
      })
    },
    parts: [
      file('blob', 'blob', 'application/json', '{}'),
      file('file', 'a"b\r\nc.txt', 'text/plain; charset=utf-8', 'x'),
      { name: 'text', text: 'one\r\ntwo' },
      { name: '', text: 'no name' },
    ],
  },
  {
    name: 'form-data-empty',
    about: 'fetch with a FormData that has nothing in it',
    html: '',
    send: async (page) => {
      await page.evaluate(async () => {
        await fetch('/', { method: 'POST', body: new FormData() })
      })
    },
    parts: [],
  },
]

const curlCases: CurlCase[] = [
  {
    name: 'fields-and-files',
    about: 'fields, a file, and one more under another name and type',
    options: [
      '-F',
      'title=naïve 日本',
      '-F',
      'empty=',
      '-F',
      'file=@photo.png',
      '-F',
      'doc=@photo.png;filename="a;b\\"c\\\\d.txt";type=text/x-other',
    ],
    parts: [
      { name: 'title', text: 'naïve 日本' },
      { name: 'empty', text: '' },
      file('file', 'photo.png', 'image/png', SHORT),
      file('doc', 'a;b"c\\d.txt', 'text/x-other', SHORT),
    ],
  },
  {
    name: 'form-escape',
    about: '--form-escape: quotes as \\", as curl sent them before 7.81; its doubled backslashes are kept as they come',
    options: ['--form-escape', '-F', 'fi"eld=1', '-F', 'file=@photo.png;filename="a\\"b\\\\c.txt"'],
    parts: [{ name: 'fi"eld', text: '1' }, file('file', 'a"b\\\\c.txt', 'text/plain', SHORT)],
  },
  {
    name: 'part-headers',
    about: "a part's own charset and headers, and a transfer encoding that changes nothing",
    options: ['-F', 'text=<latin1.txt;type=text/plain; charset=iso-8859-1;headers="X-Note: a: b";encoder=8bit'],
    parts: [{ name: 'text', text: 'größe', contentType: 'text/plain; charset=iso-8859-1' }],
  },
]

const folder = await mkdtemp(join(tmpdir(), 'wire-'))
let received: { contentType: string; body: Buffer } | undefined
let page = ''
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    if (request.method === 'POST') {
      received = { contentType: request.headers['content-type'] ?? '', body: Buffer.concat(chunks) }
    }
    response.setHeader('content-type', 'text/html; charset=utf-8').end(request.method === 'POST' ? 'received' : page)
  })
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const address = server.address()
if (typeof address !== 'object' || address === null) throw new Error('The server has no port')
const url = `http://127.0.0.1:${address.port}/`

async function keep(
  name: string,
  client: string,
  { about, parts, fromBrowser }: Pick<WireRequest, 'about' | 'parts' | 'fromBrowser'>,
): Promise<void> {
  if (received === undefined) throw new Error(`${name} sent nothing`)
  const browser = fromBrowser === undefined ? {} : { fromBrowser }
  const request: WireRequest = { client, about, ...browser, contentType: received.contentType, parts }
  await writeFile(join(import.meta.dirname, `${name}.bin`), received.body)
  await writeFile(join(import.meta.dirname, `${name}.json`), `${JSON.stringify(request, undefined, 2)}\n`)
  received = undefined
}

try {
  await using browser = await launch()
  const client = `Chromium ${browser.version()}, captured`
  for (const { name, about, html, send, parts } of browserCases) {
    page = `<!doctype html><meta charset="utf-8">${html}`
    const tab = await browser.newPage()
    await tab.goto(url)
    const answer = tab.waitForResponse((response) => response.request().method() === 'POST')
    await (send?.(tab, folder) ?? tab.click('button'))
    await answer
    await keep(`chromium-${name}`, client, { about, parts, fromBrowser: true })
    await tab.close()
  }

  const run = promisify(execFile)
  const version = /^curl \S+/.exec((await run('curl', ['--version'])).stdout)?.[0] ?? 'curl'
  await writeFile(join(folder, 'photo.png'), SHORT)
  await writeFile(join(folder, 'latin1.txt'), Buffer.from('größe', 'latin1'))
  for (const { name, about, options, parts } of curlCases) {
    await run('curl', ['--silent', '--show-error', ...options, url], { cwd: folder })
    await keep(`curl-${name}`, `${version}, captured`, { about, parts })
  }
} finally {
  server.close()
  await rm(folder, { recursive: true })
}
