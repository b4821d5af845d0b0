import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { form, halfAnUpload, request, storedIn } from './client.ts'
import { firstLine, linesOf, processOf, serve, spawnDecant, temporaryFolder } from './decant-process.ts'

describe('decant serve', () => {
  test('takes a file, lists it and gives the same bytes back', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path)
    const content = Buffer.from([0, 255, 13, 10, 45, 45, 0])

    const created = await request(decant.port, '/uploads', await form('Cat.bin', content))
    const [file] = JSON.parse(created.text).files
    const list = await request(decant.port, '/uploads')
    const fetched = await request(decant.port, file.url)

    expect(created).toMatchObject({ status: 201, headers: { location: '/uploads/Cat.bin' } })
    expect(file).toMatchObject({ field: 'file', filename: 'Cat.bin', size: 7 })
    expect(JSON.parse(list.text).files).toMatchObject([{ key: 'Cat.bin', size: 7 }])
    expect(fetched.bytes).toEqual(content)
    expect(readFileSync(join(folder.path, 'Cat.bin'))).toEqual(content)
  })

  test('shows a page at /, with its script, style and icon, under a policy that lets nothing else in', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, ['--title', 'Tax & <papers>'])

    const page = await request(decant.port, '/', { headers: { accept: 'text/html' } })
    const assets = page.text.match(/\/assets\/[^"]+/g) ?? []
    const answers = await Promise.all(assets.map((url) => request(decant.port, url)))

    expect(page.status).toBe(200)
    expect(page.text).toContain('Tax &amp; &lt;papers&gt;')
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'/)
    expect(page.headers['referrer-policy']).toBe('same-origin')
    expect(answers.map(({ status, headers }) => [status, headers['content-type'], headers['cache-control']])).toEqual(
      ['text/css; charset=utf-8', 'image/svg+xml', 'text/javascript; charset=utf-8'].map((type) => [
        200,
        type,
        'public, max-age=31536000, immutable',
      ]),
    )
    expect(await request(decant.port, '/favicon.ico')).toMatchObject({ status: 302 })
  })

  test('sends a browser back to the page after an upload, which says once what became of it', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path)
    const headers = { accept: 'text/html' }
    const posted = await form('note.txt', 'hello')

    const sent = await request(decant.port, '/uploads', { ...posted, headers: { ...posted.headers, ...headers } })
    const cookie = sent.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    const page = await request(decant.port, '/', { headers: { ...headers, cookie } })

    expect(sent).toMatchObject({ status: 303, headers: { location: '/' } })
    expect(page.text).toContain('Uploaded note.txt (5 bytes).')
    expect(page.text).toContain('href="/uploads/note.txt"')
    expect(page.headers['set-cookie']?.[0]).toContain('Max-Age=0')
  })

  test('takes what is posted to the bare host, as one types it for curl', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path)

    expect(await request(decant.port, '/', await form('a.txt', 'a'))).toMatchObject({
      status: 201,
      headers: { location: '/uploads/a.txt' },
    })
    expect(JSON.parse((await request(decant.port, '/?limit=1')).text).files).toHaveLength(1)
  })

  test('answers a health check, HEAD without content, and 404 for whatever it does not know', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path)
    const unknown = ['/nothing', '/uploadsx', '/assets/client.js', '/..%2fuploads', '//', '/uploads/none.txt']

    expect(await request(decant.port, '/healthz')).toMatchObject({ status: 200, text: 'ok' })
    for (const target of ['/', '/healthz', '/uploads']) {
      expect(await request(decant.port, target, { method: 'HEAD' }), target).toMatchObject({ status: 200, text: '' })
    }
    for (const target of unknown) expect(await request(decant.port, target), target).toMatchObject({ status: 404 })
    expect(await request(decant.port, '/nothing', { method: 'HEAD' })).toMatchObject({ status: 404, text: '' })
    expect(await request(decant.port, '/healthz', { method: 'DELETE' })).toMatchObject({ status: 404 })
  })

  test('tells a client that posts to an unknown path so, however much it sends', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path)

    const answer = await request(decant.port, '/upload', await form('big', Buffer.alloc(20_000_000)))

    expect(answer).toMatchObject({ status: 404, text: expect.stringContaining('nothing here') })
    expect(storedIn(folder.path)).toEqual([])
  })

  test('tells a client that puts a file to the bare host where uploads go', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path)

    for (const path of ['/f', '/sub/f']) {
      const answer = await request(decant.port, path, { method: 'PUT', body: Buffer.from('hello') })
      expect(answer).toMatchObject({ status: 404, text: expect.stringContaining('PUT them to /uploads/f,') })
    }
    const posted = await request(decant.port, '/upload', await form('a.txt', 'a'))
    expect(posted).toMatchObject({ status: 404, text: expect.stringContaining('Post files to /uploads.') })
    const deleted = await request(decant.port, '/f', { method: 'DELETE' })
    expect(deleted).toMatchObject({ status: 404, text: expect.stringContaining('The page is at /.') })
    expect(storedIn(folder.path)).toEqual([])
  })

  test('leaves out what macOS keeps beside the files of a folder, and says so', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path)
    const body = new FormData()
    body.append('file', new Blob(['\0\x05\x16\x07\0']), '._a.txt')
    body.append('file', new Blob(['\0\0\0\x01Bud1']), '.DS_Store')
    const alone = await fetch(`http://127.0.0.1:${decant.port}/uploads`, { method: 'POST', body })
    expect([alone.status, await alone.json()]).toEqual([422, expect.objectContaining({ code: 'no-file-selected' })])

    body.append('file', new Blob(['hello']), 'a.txt')
    const answer = await fetch(`http://127.0.0.1:${decant.port}/uploads`, { method: 'POST', body })
    expect(await answer.json()).toMatchObject({
      files: [{ key: 'a.txt' }],
      skipped: [
        { field: 'file', filename: '._a.txt' },
        { field: 'file', filename: '.DS_Store' },
      ],
    })
    expect(storedIn(folder.path)).toEqual(['a.txt'])
  })

  test('keeps twenty files of one name that come at once', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path)
    const posts = await Promise.all(Array.from({ length: 20 }, (_, index) => form('same.txt', `file ${index}`)))

    const answers = await Promise.all(posts.map((post) => request(decant.port, '/uploads', post)))
    const contents = storedIn(folder.path).map((name) => readFileSync(join(folder.path, name), 'utf8'))

    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201))
    expect(new Set(contents)).toEqual(new Set(Array.from({ length: 20 }, (_, index) => `file ${index}`)))
  })

  test('makes its folder, ./uploads by default, and serves what lies there already', async () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'uploads'))
    writeFileSync(join(folder.path, 'uploads', 'there.txt'), 'before')
    const child = spawnDecant(['serve', '--json'], { cwd: folder.path, env: { DECANT_PORT: '0' } })
    await using _ = processOf(child)
    const { url } = JSON.parse(await firstLine(child))
    const port = Number(new URL(url).port)

    expect(await request(port, '/uploads/there.txt')).toMatchObject({ status: 200, text: 'before' })

    await using other = await serve(join(folder.path, 'a', 'b'))
    expect(await request(other.port, '/uploads')).toMatchObject({ status: 200, text: '{"files":[]}' })
  })

  test('tells a person the URLs, the folder of the files and the limits', async () => {
    using folder = temporaryFolder()
    const child = spawnDecant(['serve', folder.path, '--port=0', '--extensions=images,pdf', '--max-file-size=1GB'])
    await using decant = processOf(child)
    const lines: string[] = []
    for await (const line of linesOf(child)) {
      lines.push(line)
      if (line.includes('Ctrl-C')) break
    }

    expect(lines[0]).toMatch(/^Upload at {2}http:\/\/127\.0\.0\.1:\d+$/)
    expect(lines.join('\n')).toContain(`Files go to ${folder.path}`)
    expect(lines.join('\n')).toContain('up to 953.67 MiB each, 100 at once. The last 1 GiB of the disk stay free.')
    expect(decant.stderr()).toBe('')
  })
})

describe('decant serve --base', () => {
  test.each(['/drop', '/drop/'])(
    '%s is where the page is, with and without a slash, and the URL that is printed',
    async (base) => {
      using folder = temporaryFolder()
      await using decant = await serve(folder.path, [`--base=${base}`])
      expect(decant.ready.url).toBe(`http://127.0.0.1:${decant.port}/drop`)
      for (const target of ['/drop', '/drop/', '/drop/?limit=1', '/drop/uploads']) {
        const page = await request(decant.port, target, { headers: { accept: 'text/html' } })
        expect([target, page.status, page.text.includes('action="/drop/uploads"')]).toEqual([target, 200, true])
      }
      for (const target of ['/', '/uploads', '/dropped', '/drop%2F', '/drop/../uploads']) {
        const answer = await request(decant.port, target)
        expect([target, answer.status, answer.text]).toEqual([
          target,
          404,
          'There is nothing here. The page is at /drop/.\n',
        ])
      }
      const posted = await request(decant.port, '/drop', await form('a.txt', 'a'))
      expect([posted.status, posted.headers.location]).toEqual([201, '/drop/uploads/a.txt'])
      expect((await request(decant.port, '/healthz')).text).toBe('ok')
    },
  )

  test.each(['/uploads', '/assets', '/healthz', '/bü ro'])('may be %s as well', async (base) => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, [`--base=${base}`])
    const { pathname } = new URL(decant.ready.url)
    expect(pathname).toBe(encodeURI(base))
    const page = await request(decant.port, `${pathname}/`, { headers: { accept: 'text/html' } })
    const [, script = ''] = /<script type="module" src="([^"]+)"/.exec(page.text) ?? []
    expect(await request(decant.port, script)).toMatchObject({ status: 200 })
    const { status, headers } = await request(decant.port, `${pathname}/uploads`, await form('a.txt', 'a'))
    expect([status, headers.location]).toEqual([201, `${pathname}/uploads/a.txt`])
    expect((await request(decant.port, headers.location ?? '')).text).toBe('a')
  })
})

describe('decant serve --keep-alive', () => {
  test.each([
    [[], 'timeout=125'],
    [['--keep-alive=610s'], 'timeout=610'],
  ])('%j says how long a connection is kept: %s', async (typed, told) => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, typed)
    // A client that asks for it: those of the other tests close.
    const { headers } = await request(decant.port, '/healthz', { headers: { connection: 'keep-alive' } })
    expect(headers['keep-alive']).toBe(told)
  })
})

describe('limits', () => {
  test.each([
    ['--extensions=images', 'a.txt', 415, 'type-not-allowed'],
    ['--deny=.txt', 'a.txt', 415, 'type-not-allowed'],
    ['--content=verify', 'a.png', 415, 'type-mismatch'],
    ['--max-file-size=2', 'a.txt', 413, 'file-too-large'],
    ['--max-body-size=10B', 'a.txt', 413, 'body-too-large'],
    ['--min-free-space=1000TB', 'a.txt', 507, 'storage-full'],
  ])('%s refuses %s with %i', async (option, name, status, code) => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, [option])

    const answer = await request(decant.port, '/uploads', await form(name, 'abc'))

    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.text).code).toBe(code)
    expect(storedIn(folder.path)).toEqual([])
  })

  test('are switched off if names are trusted', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, ['--content=trust'])
    expect((await request(decant.port, '/uploads', await form('a.png', 'abc'))).status).toBe(201)
  })

  test('are taken from the environment as well; a flag wins', async () => {
    using folder = temporaryFolder()
    const env = {
      DECANT_MAX_FILE_SIZE: '1KiB',
      DECANT_EXTENSIONS: 'pdf',
      DECANT_MAX_FILES: '',
      DECANT_TITLE: 'From afar',
    }
    await using decant = await serve(folder.path, ['--max-file-size=2KiB'], { env })

    expect(decant.ready.maxFileSize).toBe(2048)
    expect(await request(decant.port, '/uploads', await form('a.txt', 'a'))).toMatchObject({ status: 415 })
    expect((await request(decant.port, '/', { headers: { accept: 'text/html' } })).text).toContain('From afar')
  })

  test('a body that stalls is given up, and says so', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, ['--idle-timeout=50ms'])
    const socket = await halfAnUpload(decant.port, 'slow.txt', Buffer.from('half'), 8)
    const [chunk]: Buffer[] = await once(socket, 'data')

    expect(String(chunk)).toMatch(/^HTTP\/1\.1 408 /)
    socket.destroy()
    await expect.poll(() => storedIn(folder.path)).toEqual([])
  })

  test('a failure of ours is a line on stderr, and tells the client nothing of it', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, ['--min-free-space=1000TB'])
    const answer = await request(decant.port, '/uploads', await form('a.txt', 'abc'))

    await expect
      .poll(() => decant.stderr())
      .toMatch(/decant: 507 storage-full: .* are free, and .* must stay free\.\n$/)
    expect(decant.stderr()).toMatch(/^warning: only .* of the disk are free/)
    expect(answer.text).not.toContain('to stay so')
  })
})
