import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromium, launch } from '../../test/browser/chromium.ts'

/** A message of the page, and what it says in bold. */
const ALERT = /<p role="alert"><strong>(?<title>[^<]*)<\/strong> (?<message>[^<]*)<\/p>/

// 1x1, so that a browser can show it.
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

describe.each([
  { file: 'app.ts', place: /^\/uploads\//, kept: 1 },
  { file: 'app-with-set.ts', place: /^\/uploads\/\d{4}-\d{2}\//, kept: 20 },
])('$file', ({ file, place, kept }) => {
  let root: string
  let origin: string
  let pid: number | undefined
  let stop: () => Promise<void>

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'flask-pattern-'))
    await mkdir(join(root, 'tmp'))
    // As a user starts it. The uploads go to the folder in which it is started.
    const app = spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url))], {
      cwd: root,
      env: { ...process.env, PORT: '0', TMPDIR: join(root, 'tmp') },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    pid = app.pid
    const exit = once(app, 'exit')
    const started = once(createInterface(app.stdout), 'line').then(([line]) => new URL(line).origin)
    origin = await Promise.race([started, exit.then(([code]) => Promise.reject(new Error(`It ended with ${code}`)))])
    stop = async () => {
      app.kill()
      await exit
    }
  })

  afterAll(async () => {
    await stop()
    await rm(root, { recursive: true })
  })

  /** The paths of all uploads, and of anything half-done beside them. */
  async function uploads(): Promise<string[]> {
    const entries = await readdir(join(root, 'uploads'), { recursive: true, withFileTypes: true }).catch(() => [])
    const files = entries.filter(
      (entry) => entry.isFile() && entry.name !== 'lease' && !entry.parentPath.includes('.decant/records'),
    )
    return files.map(({ name }) => name).toSorted()
  }

  /** The files in a folder that the app holds open, if the system can tell: temporary ones have no name there. */
  async function openFiles(folder: string): Promise<string[]> {
    if (process.platform !== 'linux') return []
    const descriptors = await readdir(`/proc/${pid}/fd`)
    // ENOENT: closed meanwhile.
    const links = await Promise.all(descriptors.map((each) => readlink(`/proc/${pid}/fd/${each}`).catch(() => '')))
    return links.filter((link) => link.startsWith(folder))
  }

  /** Posts the form as a browser does: it follows no redirect, so that the answer itself can be looked at. */
  function post(...entries: [name: string, value: string | File][]): Promise<Response> {
    const body = new FormData()
    for (const [name, value] of entries) body.append(name, value)
    return fetch(origin, { method: 'POST', body, redirect: 'manual' })
  }

  function get(path: string): Promise<Response> {
    return fetch(origin + path)
  }

  async function stored(name: string, bytes: string | Buffer<ArrayBuffer> = 'some text'): Promise<string> {
    const answer = await post(['file', new File([bytes], name)])
    expect(answer.status).toBe(303)
    const location = answer.headers.get('location') ?? ''
    expect(location).toMatch(place)
    return location
  }

  /** The sentence on the page, and proof that no file was kept. */
  async function refusal(send: () => Promise<Response>): Promise<{ status: number; title?: string; message?: string }> {
    const before = await uploads()
    const answer = await send()
    const page = await answer.text()
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page).toContain('<input type="file" name="file"')
    expect(page).toMatch(/<\/html>\n$/)
    expect(await uploads()).toEqual(before)
    return { status: answer.status, ...ALERT.exec(page)?.groups }
  }

  test('shows a form, without a message', async () => {
    const answer = await get('/')
    const page = await answer.text()
    expect(answer.status).toBe(200)
    expect(page).toContain('enctype="multipart/form-data"')
    expect(page).not.toMatch(ALERT)
  })

  test('takes a file and leads to it; it comes back byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 700_000 }, (_, index) => (index * 7919) % 251))
    // A picture's signature and first chunk; the rest does not matter.
    bytes.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1')
    const location = await stored('Holiday photo.PNG', bytes)
    expect(location).toMatch(/\/Holiday%20photo\.PNG$/)
    // It was too large for memory.
    await expect.poll(() => openFiles(join(root, 'tmp'))).toEqual([])

    const answer = await get(location)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('image/png')
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true)
  })

  test('takes a file of no bytes', async () => {
    const answer = await get(await stored('empty.txt', ''))
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('')
  })

  test.each([
    ['no field at all', []],
    ['another field', [['comment', 'hello']]],
    ['a text field in its place', [['file', 'hello']]],
    ['a file in another field', [['picture', new File(['hello'], 'hello.txt')]]],
  ] satisfies [string, [string, string | File][]][])('says "No file part" to a form with %s', async (_, entries) => {
    expect(await refusal(() => post(...entries))).toMatchObject({ status: 422, title: 'No file part' })
  })

  test('says what the form forgot, if it has no enctype', async () => {
    const body = new URLSearchParams({ file: 'hello.txt' })
    const { status, title, message } = await refusal(() => fetch(origin, { method: 'POST', body }))
    expect({ status, title }).toEqual({ status: 422, title: 'No file part' })
    expect(message).toContain('enctype')
  })

  test('says "No selected file" if no file was chosen', async () => {
    // As browsers send it; Node's FormData would leave the empty filename out.
    const body = '--b\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--b--\r\n'
    const headers = { 'content-type': 'multipart/form-data; boundary=b' }
    const answer = await refusal(() => fetch(origin, { method: 'POST', headers, body }))
    expect(answer).toMatchObject({ status: 422, title: 'No selected file' })
  })

  test.each([
    'page.html',
    'PAGE.HTML',
    'image.svg',
    'shell.php',
    'a.png.html',
    'README',
    '../../etc/passwd',
    '.bashrc',
  ])('says that %s is not allowed, and what is', async (name) => {
    const { status, message } = await refusal(() => post(['file', new File(['<script>1</script>'], name)]))
    expect(status).toBe(415)
    expect(message).toContain('Allowed are txt, pdf, png, jpg, jpeg, gif.')
  })

  test('shows a hostile name as text and not as HTML', async () => {
    const { message } = await refusal(() => post(['file', new File([''], '<img src=x onerror=alert(1)>')]))
    expect(message).toContain('&#60;img src=x onerror=alert(1)&#62;')
  })

  test.each([
    ['../../etc/passwd.txt', 'passwd.txt'],
    ['C:\\Windows\\system.txt', 'system.txt'],
    ['..\\..\\up.txt', 'up.txt'],
    ['/absolute.txt', 'absolute.txt'],
    ['shell.php.txt', 'shell_php.txt'],
    ['NUL.txt', '_NUL.txt'],
    ['日本語.txt', '日本語.txt'],
    ['100%?#.txt', '100%_#.txt'],
  ])('keeps %s as %s', async (sent, name) => {
    const location = await stored(sent, sent)
    expect(decodeURIComponent(location.replace(place, ''))).toBe(name)
    expect(await (await get(location)).text()).toBe(sent)
    expect(await uploads()).toContain(name)
  })

  test('serves content that is not text as text if its name says so, and runs nothing', async () => {
    const answer = await get(await stored('not-a-page.txt', '<script>alert(1)</script>'))
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('content-security-policy')).toContain('sandbox')
  })

  test.each(['', '.decant/', '..%2Fapp.ts', '%2E%2E/app.ts', '%', 'nothing.txt', 'tmp'])(
    'has no file at /uploads/%s',
    async (path) => {
      const { status } = await refusal(() => get(`/uploads/${path}`))
      expect([400, 404]).toContain(status)
    },
  )

  test('answers for what it does not do', async () => {
    expect(await refusal(() => get('/elsewhere'))).toMatchObject({ status: 404 })
    for (const [path, allow] of [
      ['/', 'GET, HEAD, POST'],
      ['/uploads/empty.txt', 'GET, HEAD'],
    ] as const) {
      const answer = await fetch(origin + path, { method: 'DELETE' })
      expect(answer.status).toBe(405)
      expect(answer.headers.get('allow')).toBe(allow)
    }
  })

  test('takes a body of exactly 16 MiB, and not one byte more', async () => {
    const form = new FormData()
    form.append('file', new File([''], 'sixteen.txt'))
    const envelope = await new Response(form).bytes()
    const bytes = Buffer.alloc(16 * 1024 ** 2 - envelope.length, 'x')

    await stored('sixteen.txt', bytes)
    const { status } = await refusal(() => post(['file', new File([bytes, 'x'], 'sixteen.txt')]))
    expect(status).toBe(413)
  })

  test.each([
    ['of a declared length', 'Content-Length: 20000000', ''],
    ['in chunks', 'Transfer-Encoding: chunked', '1312d00\r\n'],
  ])('tells a client that sends 20 MB %s before it reads why they are too many', async (_, framing, prefix) => {
    const { hostname, port } = new URL(origin)
    const socket = connect(Number(port), hostname)
    socket.pause()
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${framing}\r\n` +
        `Content-Type: multipart/form-data; boundary=b\r\n\r\n${prefix}`,
    )
    const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="film.txt"\r\n\r\n'
    const body = Buffer.alloc(20_000_000, 'x')
    body.write(head)
    body.write('\r\n--b--\r\n', body.length - 9)
    socket.write(body)
    await new Promise<void>((resolve) => socket.end(prefix === '' ? '' : '\r\n0\r\n\r\n', resolve))

    const answer = await text(socket)
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(ALERT.exec(answer)?.groups?.['message']).toContain('16 MiB')
    expect(answer).toContain('</html>')
    expect(await uploads()).not.toContain('film.txt')
  })

  test('goes on after a client that hung up in mid-upload, and keeps nothing of it', async () => {
    const before = await uploads()
    const { hostname, port } = new URL(origin)
    const socket = connect(Number(port), hostname)
    socket.write(
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n',
    )
    socket.write('--b\r\nContent-Disposition: form-data; name="file"; filename="half.txt"\r\n\r\n')
    await new Promise((resolve) => socket.write(Buffer.alloc(1_000_000), resolve))
    socket.destroy()
    await once(socket, 'close')

    expect((await get('/')).status).toBe(200)
    expect(await uploads()).toEqual(before)
  })

  test(`never overwrites: of twenty files of one name, sent at once, it keeps ${kept}`, async () => {
    const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`)
    const outcomes = await Promise.all(
      texts.map(async (sent) => {
        const answer = await post(['file', new File([sent], 'twice.txt')])
        const location = answer.headers.get('location')
        if (location !== null) return { status: answer.status, intact: (await (await get(location)).text()) === sent }
        return {
          status: answer.status,
          explained: (await answer.text()).includes('&#34;twice.txt&#34; exists already'),
        }
      }),
    )
    expect(outcomes.filter((outcome) => outcome.status === 303 && outcome.intact)).toHaveLength(kept)
    expect(outcomes.filter((outcome) => outcome.status === 409 && outcome.explained)).toHaveLength(20 - kept)
    expect((await uploads()).filter((name) => /^twice(?:_\d+)?\.txt$/.test(name))).toHaveLength(kept)
  })

  test.skipIf(!chromium)('works in a browser, without JavaScript too', async () => {
    await using browser = await launch()
    const page = await browser.newPage({ javaScriptEnabled: false })
    const alert = page.getByRole('alert')
    const choose = (name: string, buffer: Buffer): Promise<void> =>
      page.getByLabel('File').setInputFiles({ name, mimeType: 'application/octet-stream', buffer })
    const send = (): Promise<void> => page.getByRole('button', { name: 'Upload' }).click()
    await page.goto(origin)

    await send()
    expect(await alert.textContent()).toContain('No selected file')

    await choose('page.html', Buffer.from('<h1>hello</h1>'))
    await send()
    expect(await alert.textContent()).toContain('"page.html" is not allowed')

    await choose('film.pdf', Buffer.alloc(20_000_000))
    await send()
    expect(await alert.textContent()).toContain('16 MiB')

    await choose('dot.png', PNG)
    await send()
    expect(new URL(page.url()).pathname).toMatch(/\/dot\.png$/)
    expect(await page.locator('img').evaluateAll((images) => images.length)).toBe(1)
    const answer = await page.request.get(page.url())
    expect((await answer.body()).equals(PNG)).toBe(true)
  })

  test('leaves nothing in the temporary place, and nothing half-done beside the uploads', async () => {
    expect(await readdir(join(root, 'tmp'))).toEqual([])
    const names = await uploads()
    expect(names.filter((name) => name.startsWith('.'))).toEqual([])
    expect(names).not.toContain('half.txt')
  })
})
