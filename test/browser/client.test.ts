import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storedIn } from '../cli/client.ts'
import { chromium, launch } from './chromium.ts'
import { clientSite } from './client-site.ts'

const MIB = 1024 ** 2
/** A slow wire still passes on what it has read. */
const PATIENCE = { timeout: 30_000 }

/** In the page: the outcome of a promise, as plain data. */
const OUTCOME = `const outcome = async (promise) => promise.then(
  (value) => ({ value }),
  (error) => error instanceof UploadProblem
    ? { code: error.code, message: error.message, status: error.status, errors: error.errors, canRetry: error.canRetry }
    : { error: error.name })
  const bytes = (size) => new Uint8Array(size).fill(97);`

describe.skipIf(!chromium)('upload, in a browser,', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(async () => browser.close())

  test('sends a form, tells how much has left up to all of it, and gives the stored files', async () => {
    await using site = await clientSite(browser)
    const result = await site.run(`
      const form = new FormData()
      form.append('title', 'Cats')
      form.append('photo', new File([new Uint8Array(8_000_000)], 'Große Katze.bin'))
      const seen = []
      const { files, fields } = await upload('/files', form, { onProgress: (progress) => seen.push(progress) })
      const { field, filename, key, size } = files[0]
      const rises = seen.every(({ loaded }, index) => index === 0 || loaded >= seen[index - 1].loaded)
      const { loaded, total } = seen.at(-1)
      return { field, filename, key, size, fields, rises, isWhole: loaded === total && total > 8_000_000 }`)
    expect(result).toEqual({
      field: 'photo',
      filename: 'Große Katze.bin',
      key: 'Große Katze.bin',
      size: 8_000_000,
      fields: [['title', 'Cats']],
      rises: true,
      isWhole: true,
    })
  })

  test('sends a form element, a file as it is, and a file to a name of its own', async () => {
    await using site = await clientSite(browser, { html: '<form id="form"><input name="a" value="b"></form>' })
    const result = await site.run(`
      const file = new File(['x'], "Ann's (1) Ünï*.txt")
      const names = ({ files }) => files.map(({ filename, key }) => [filename, key])
      const form = document.querySelector('form')
      form.addEventListener('formdata', ({ formData }) => formData.append('f', file, 'a.txt'))
      return [
        names(await upload('/files', form)),
        names(await upload('/files', file)),
        names(await upload('/files', file, { filename: 'other.txt' })),
        names(await upload('/files/put.txt', new Blob(['x']), { method: 'PUT' })),
      ]`)
    expect(result).toEqual([
      [['a.txt', 'a.txt']],
      [["Ann's (1) Ünï*.txt", "Ann's (1) Ünï_.txt"]],
      [['other.txt', 'other.txt']],
      [['put.txt', 'put.txt']],
    ])
  })

  test('gives the answer of a route of your own as `read` takes it', async () => {
    await using site = await clientSite(browser, {
      respond: (request, response) => {
        request
          .resume()
          .on('end', () => response.writeHead(201, { 'content-type': 'application/json' }).end('{"id":7}'))
      },
    })
    const result = await site.run(`${OUTCOME}
      const read = ({ id }) => { if (typeof id !== 'number') throw new TypeError(); return id }
      return [await outcome(upload('/posts', new Blob(['x']), { read })), await outcome(upload('/posts', new Blob(['x'])))]`)
    expect(result).toEqual([{ value: 7 }, expect.objectContaining({ code: 'unknown-answer', status: 201 })])
  })

  test.each([
    ['that is larger than the limit of a request', {}, 'body-too-large', 70 * MIB],
    ['of which the server keeps the first bytes only', { maxBodySize: 40 * MIB }, 'body-too-large', 41 * MIB],
  ])('shows the words of a 413 for a form %s, and sends it once', async (_, handler, code, size) => {
    await using site = await clientSite(browser, { handler: { maxBodySize: 64 * MIB, ...handler } })
    const result = await site.run(`${OUTCOME}
      const form = new FormData()
      form.append('file', new File([bytes(${size})], 'a.bin'))
      return await outcome(upload('/files', form))`)
    expect(result).toMatchObject({
      code,
      status: 413,
      message: expect.stringMatching(/^The whole request may have at most/),
    })
    expect(site.sent).toEqual(['POST /files'])
    expect([storedIn(site.folder), await site.drafts()]).toEqual([[], []])
  })

  test('shows the words of a 413 if the server closes the connection at once, and sends it once', async () => {
    const problem = {
      type: 'urn:problem-type:decant:body-too-large',
      status: 413,
      detail: 'Too large here.',
      code: 'body-too-large',
    }
    await using site = await clientSite(browser, {
      direct: true,
      respond: (_, response) => {
        const headers = { 'content-type': 'application/problem+json', connection: 'close' }
        response.writeHead(413, headers).end(JSON.stringify(problem), () => response.socket?.destroy())
      },
    })
    const result = await site.run(`${OUTCOME} return await outcome(upload('/closing', new Blob([bytes(${50 * MIB})])))`)
    expect(result).toMatchObject({ code: 'body-too-large', status: 413, message: 'Too large here.' })
    expect(site.sent).toEqual(['POST /closing'])
  })

  test('has a sentence for the page of a proxy', async () => {
    await using site = await clientSite(browser, {
      respond: (request, response) => {
        const status = Number(request.url?.slice(1))
        response.writeHead(status, { 'content-type': 'text/html' }).end(`<h1>${status}</h1>`)
        request.resume()
      },
    })
    const result = await site.run(`${OUTCOME}
      return [await outcome(upload('/413', new Blob(['x']))), await outcome(upload('/502', new Blob(['x'])))]`)
    expect(result).toMatchObject([
      {
        code: 'foreign-refusal',
        status: 413,
        canRetry: false,
        message: expect.stringContaining('A server on the way'),
      },
      { code: 'foreign-refusal', status: 502, canRetry: true, message: expect.stringContaining('Try again later.') },
    ])
    expect(site.sent).toEqual(['POST /413', 'POST /502'])
  })

  test('sends a file again if the connection breaks in the middle, and it is stored once', async () => {
    await using site = await clientSite(browser)
    site.wire.cutAfter(5 * MIB)
    const result = await site.run(`${OUTCOME}
      const retries = []
      const onRetry = ({ code }, delayMs) => retries.push([code, delayMs >= 1000 && delayMs <= 1500])
      const { value } = await outcome(upload('/files', new File([bytes(${50 * MIB})], 'a.bin'), { onRetry }))
      return [value.files[0].key, retries]`)
    expect(result).toEqual(['a.bin', [['connection-failed', true]]])
    expect(storedIn(site.folder)).toEqual(['a.bin'])
    expect(site.sent).toHaveLength(2)
    await expect.poll(() => site.drafts(), PATIENCE).toEqual([])
  })

  test('gives up after the retries, with nothing stored', async () => {
    await using site = await clientSite(browser, { direct: true, respond: (request) => request.socket.destroy() })
    const result = await site.run(`${OUTCOME}
      return await outcome(upload('/nowhere', new Blob([bytes(${20 * MIB})]), { retries: 1 }))`)
    expect(result).toMatchObject({ code: 'connection-failed', status: 0, canRetry: true })
  })

  test('does not send a file again that has left completely: it may be stored', async () => {
    await using site = await clientSite(browser)
    site.wire.cutAnswer()
    const result = await site.run(`${OUTCOME} return await outcome(upload('/files', new File(['x'], 'a.txt')))`)
    expect(result).toMatchObject({ code: 'outcome-unknown', status: 0, canRetry: false })
    expect(site.sent).toEqual(['POST /files'])
    expect(storedIn(site.folder)).toEqual(['a.txt'])
  })

  test('sends a PUT again even then, and says that the outcome is unknown if its name is taken now', async () => {
    await using site = await clientSite(browser)
    site.wire.cutAnswer()
    const put = `await outcome(upload('/files/a.txt', new Blob(['x']), { method: 'PUT' }))`
    const result = await site.run(`${OUTCOME} return [${put}, ${put}]`)
    expect(result).toMatchObject([{ code: 'outcome-unknown' }, { code: 'name-taken', status: 409 }])
    expect(site.sent).toHaveLength(3)
    expect(storedIn(site.folder)).toEqual(['a.txt'])
  })

  test('can be cancelled in the middle, and leaves nothing', async () => {
    await using site = await clientSite(browser)
    site.wire.throttle(MIB)
    const result = await site.run(`${OUTCOME}
      const controller = new AbortController()
      const onProgress = ({ loaded }) => { if (loaded > 1_000_000) controller.abort() }
      const file = new File([bytes(${50 * MIB})], 'a.bin')
      return await outcome(upload('/files', file, { signal: controller.signal, onProgress }))`)
    expect(result).toEqual({ error: 'AbortError' })
    expect(site.sent).toEqual(['POST /files'])
    await expect.poll(() => site.drafts(), PATIENCE).toEqual([])
    expect(storedIn(site.folder)).toEqual([])
  })

  test('can be cancelled while it waits to try again, and before it begins', async () => {
    await using site = await clientSite(browser)
    site.wire.cutAfter(1)
    const result = await site.run(`${OUTCOME}
      const controller = new AbortController()
      const onRetry = () => controller.abort()
      const file = new File([bytes(${20 * MIB})], 'a.bin')
      const options = { signal: controller.signal, onRetry }
      return [await outcome(upload('/files', file, options)), await outcome(upload('/files', file, options))]`)
    expect(result).toEqual([{ error: 'AbortError' }, { error: 'AbortError' }])
    expect(storedIn(site.folder)).toEqual([])
  })

  test('says so if a file was deleted after it was chosen, and does not try again', async () => {
    await using site = await clientSite(browser, { html: '<label>File <input type="file"></label>' })
    const path = join(site.home, 'a.txt')
    writeFileSync(path, 'before')
    await site.tab.getByLabel('File').setInputFiles(path)
    rmSync(path)
    const result = await site.run(`${OUTCOME}
      const form = new FormData()
      form.append('title', 'Cats')
      form.append('file', document.querySelector('input').files[0])
      return await outcome(upload('/files', form))`)
    expect(result).toMatchObject({ code: 'file-unreadable', canRetry: false })
    expect(storedIn(site.folder)).toEqual([])
  })

  test('does not ask to choose a file again that was deleted after all of it had left', async () => {
    let path = ''
    await using site = await clientSite(browser, {
      html: '<label>File <input type="file"></label>',
      respond: (request) => {
        request.resume().on('end', () => {
          rmSync(path)
          request.socket.destroy()
        })
      },
    })
    path = join(site.home, 'a.txt')
    writeFileSync(path, 'before')
    await site.tab.getByLabel('File').setInputFiles(path)
    const result = await site.run(`${OUTCOME}
      return await outcome(upload('/posts', document.querySelector('input').files[0]))`)
    expect(result).toMatchObject({ code: 'outcome-unknown', canRetry: false })
  })

  test('tells speed and time left on a slow connection', async () => {
    await using site = await clientSite(browser)
    site.wire.throttle(4 * MIB)
    const seen = await site.run(`
      const seen = []
      const form = new FormData()
      form.append('file', new File([new Uint8Array(${20 * MIB})], 'a.bin'))
      await upload('/files', form, { onProgress: (progress) => seen.push(progress) })
      return seen.filter(({ bytesPerSecond, remainingMs }) => bytesPerSecond > 0 && remainingMs >= 0).length`)
    expect(seen).toBeGreaterThan(0)
  })

  test('sends several files through a queue, a few at a time, and cancels all that are left', async () => {
    await using site = await clientSite(browser)
    site.wire.throttle(2 * MIB)
    const result = await site.run(`
      const states = new Map()
      const first = Promise.withResolvers()
      const queue = new UploadQueue({
        concurrency: 2,
        send: ({ file }, options) => upload('/files', file, options),
        onChange: ({ name }, state) => { states.set(name, state.at); if (state.at === 'stored') first.resolve() },
      })
      const big = new Uint8Array(${30 * MIB})
      queue.add([new File(['x'], 'small.txt'), new File([big], 'b.bin'), new File([big], 'c.bin'), new File([big], 'd.bin')])
      await first.promise
      queue.cancelAll()
      return [queue.isBusy, Object.fromEntries(states)]`)
    const cancelled = 'cancelled'
    expect(result).toEqual([
      false,
      { 'small.txt': 'stored', 'b.bin': cancelled, 'c.bin': cancelled, 'd.bin': cancelled },
    ])
    await expect.poll(() => site.drafts(), PATIENCE).toEqual([])
    expect(storedIn(site.folder)).toEqual(['small.txt'])
  })
})
