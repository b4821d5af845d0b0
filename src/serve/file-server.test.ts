import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ContentType } from '../http/content-type.ts'
import type { Incoming } from '../http/incoming.ts'
import { diskStorage } from '../storage/disk/disk-storage.ts'
import type { Storage } from '../storage/storage.ts'
import { fileServer } from './file-server.ts'
import type { FileExports, FileServerOptions } from './file-server.ts'

let folder: string
let storage: Storage
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-server-'))
  for (const path of ['public/sub', 'public/.hidden', 'public/.decant', 'public-secret', 'other']) {
    await mkdir(join(folder, path), { recursive: true })
  }
  await writeFile(join(folder, 'secret.txt'), 'secret')
  await writeFile(join(folder, 'public-secret/a.txt'), 'secret')
  await writeFile(join(folder, 'public/.env'), 'secret')
  await writeFile(join(folder, 'public/.hidden/a.txt'), 'secret')
  await writeFile(join(folder, 'public/.decant/a.txt'), 'secret')
  await symlink(join(folder, 'secret.txt'), join(folder, 'public/link.txt'))
  await symlink(folder, join(folder, 'public/linked'))
  await writeFile(join(folder, 'public/a.txt'), 'a')
  await writeFile(join(folder, 'public/sub/ü b.txt'), 'b')
  await writeFile(join(folder, 'public/100%.txt'), 'percent')
  await writeFile(join(folder, 'public/LICENSE'), 'licence')
  await writeFile(join(folder, 'public/debug.log'), 'log')
  await writeFile(join(folder, 'other/a.txt'), 'other a')
  await writeFile(join(folder, 'other/only-here.txt'), 'other')
  storage = diskStorage(join(folder, 'public'))
})
afterAll(() => rm(folder, { recursive: true }))

function incoming(target: string, method = 'GET', headers: Record<string, string> = {}): Incoming {
  return {
    method,
    target,
    mount: '',
    clientAddress: undefined,
    isSecure: false,
    isPortKnown: true,
    prefix: '',
    header: (name) => headers[name],
    contentType: new ContentType(headers['content-type']),
    body: undefined,
    signal: new AbortController().signal,
    native: undefined,
  }
}

/** The text that is served, or `undefined` if the request is left to the next handler. */
async function fetchText(exports: FileExports, target: string, options?: FileServerOptions) {
  const outgoing = await fileServer(exports, options).handle(incoming(target))
  if (outgoing === undefined) return undefined
  const { body } = outgoing
  if (body instanceof Uint8Array) return new TextDecoder().decode(body)
  if (typeof body !== 'object') throw new Error('The body is not a file')
  return text(body)
}

describe('a folder under a prefix', () => {
  test.each([
    ['/files/a.txt', 'a'],
    ['/files/a.txt?download', 'a'],
    ['/files/%61.txt', 'a'],
    ['/files/sub/%C3%BC%20b.txt', 'b'],
    ['/files/100%25.txt', 'percent'],
    ['/files/LICENSE', 'licence'],
  ])('%s is served', async (target, content) => {
    expect(await fetchText({ '/files': storage }, target)).toBe(content)
    expect(await fetchText({ '/files/': storage }, target)).toBe(content)
  })

  test.each([
    '/',
    '/a.txt',
    '/files',
    '/files/',
    '/files/sub',
    '/files/sub/',
    '/files/missing.txt',
    '/filesystem/a.txt',
    '/files-a.txt',
    '/files_sub/a.txt',
    '/files/a.txt/',
    '/files//a.txt',
    '//files/a.txt',
    '/FILES/a.txt',
  ])('%s is left to the next handler', async (target) => {
    expect(await fetchText({ '/files': storage }, target)).toBeUndefined()
  })

  test.each([
    '/files/../secret.txt',
    '/files/sub/../a.txt',
    '/files/./a.txt',
    '/files/%2e%2e/secret.txt',
    '/files/%2E%2E/secret.txt',
    '/files/.%2e/secret.txt',
    '/files/..%2fsecret.txt',
    '/files/..%5csecret.txt',
    '/files/..\\secret.txt',
    '/files/sub%2f..%2f..%2fsecret.txt',
    '/files/sub%5c..%5c..%5csecret.txt',
    '/files/%252e%252e/secret.txt',
    '/files/..%252fsecret.txt',
    '/files/%c0%ae%c0%ae/secret.txt',
    '/files/..%c0%afsecret.txt',
    '/files/%e0%80%ae%e0%80%ae/secret.txt',
    '/files/%uff0e%uff0e/secret.txt',
    '/files/a.txt%00',
    '/files/a.txt%00.png',
    '/files/%00',
    '/files/a.txt%0a',
    '/files/%',
    '/files/%zz',
    '/files/%ff',
    '/files/../public-secret/a.txt',
    '/files-secret/a.txt',
    '/files/%2fetc/passwd',
    '/files//etc/passwd',
    '/files/C:/secret.txt',
    '/files/C:%5csecret.txt',
    '/files/.env',
    '/files/%2eenv',
    '/files/.hidden/a.txt',
    '/files/.decant/a.txt',
    '/files/.',
    '/files/..',
    '/files/link.txt',
    '/files/linked/secret.txt',
    '/files/a.txt#x',
    `/files/${'a'.repeat(5000)}`,
    `/files/${'a/'.repeat(5000)}b`,
  ])('%s finds nothing', async (target) => {
    expect(await fetchText({ '/files': storage }, target)).toBeUndefined()
    expect(await fetchText({ '': storage }, target.slice('/files'.length))).toBeUndefined()
  })

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('does not answer %s', async (method) => {
    expect(await fileServer({ '/files': storage }).handle(incoming('/files/a.txt', method))).toBeUndefined()
  })

  test('answers HEAD, conditions and ranges', async () => {
    const server = fileServer({ '/files': storage })
    const head = await server.handle(incoming('/files/a.txt', 'HEAD'))
    expect([head?.status, head?.headers['content-length'], head?.body]).toEqual([200, '1', undefined])
    const etag = head?.headers['etag'] ?? ''
    expect((await server.handle(incoming('/files/a.txt', 'GET', { 'if-none-match': etag })))?.status).toBe(304)
    expect((await server.handle(incoming('/files/a.txt', 'GET', { range: 'bytes=7-' })))?.status).toBe(416)
    const refused = await server.handle(incoming('/files/a.txt', 'HEAD', { 'if-match': '"other"' }))
    expect([refused?.status, refused?.body]).toEqual([412, undefined])
    const told = await server.handle(incoming('/files/a.txt', 'GET', { 'if-match': '"other"' }))
    expect(told?.headers).toMatchObject({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
    expect(Buffer.from(told?.body instanceof Uint8Array ? told.body : []).toString()).toContain('"precondition-failed"')
  })

  test('may be kept by all caches for twelve hours, or as the options say', async () => {
    const cacheControl = async (options?: FileServerOptions) =>
      (await fileServer({ '/files': storage }, options).handle(incoming('/files/a.txt', 'HEAD')))?.headers[
        'cache-control'
      ]
    expect(await cacheControl()).toBe('public, max-age=43200')
    expect(await cacheControl({ maxAge: 60, public: false })).toBe('private, max-age=60')
  })

  test('has a type for files without an extension', async () => {
    const typeOf = async (options?: FileServerOptions) =>
      (await fileServer({ '/files': storage }, options).handle(incoming('/files/LICENSE', 'HEAD')))?.headers[
        'content-type'
      ]
    expect(await typeOf()).toBe('application/octet-stream')
    expect(await typeOf({ fallbackType: 'text/plain' })).toBe('text/plain; charset=utf-8')
  })

  test('may have a prefix that has to be percent-encoded', async () => {
    expect(await fetchText({ '/my füles': storage }, '/my%20f%C3%BCles/a.txt')).toBe('a')
  })
})

describe('of several exports', () => {
  test('the first that has the file wins, in an object and in pairs', async () => {
    const other = diskStorage(join(folder, 'other'))
    const pairs: FileExports = [
      ['/files', storage],
      ['/files', other],
    ]
    expect(await fetchText(pairs, '/files/a.txt')).toBe('a')
    expect(await fetchText(pairs, '/files/only-here.txt')).toBe('other')
    expect(await fetchText({ '/files/sub': other, '/files': storage }, '/files/sub/a.txt')).toBe('other a')
    expect(await fetchText({ '/files/sub': other, '/files': storage }, '/files/a.txt')).toBe('a')
  })

  test('one may be a single file, at exactly its own path', async () => {
    const exports = { '/licence': { storage, key: 'LICENSE' } }
    expect(await fetchText(exports, '/licence')).toBe('licence')
    expect(await fetchText(exports, '/licence?x')).toBe('licence')
    expect(await fetchText(exports, '/licence/')).toBeUndefined()
    expect(await fetchText(exports, '/licence/x')).toBeUndefined()
    expect(await fetchText({ '/': { storage, key: 'LICENSE' } }, '/')).toBe('licence')
  })
})

describe('a disallowed file is left to the next handler', () => {
  test.each<[FileServerOptions['disallow'], boolean]>([
    ['*.log', false],
    ['DEBUG.*', false],
    ['debug.???', false],
    [['*.key', '*.log'], false],
    [(key) => key.startsWith('debug'), false],
    ['*.txt', true],
    ['log', true],
    [[], true],
  ])('%s: served is %s', async (disallow, served) => {
    const options = disallow === undefined ? {} : { disallow }
    expect(await fetchText({ '/files': storage }, '/files/debug.log', options)).toBe(served ? 'log' : undefined)
  })

  test('if a pattern matches its last segment, or a function refuses its whole key', async () => {
    const target = '/files/sub/%C3%BC%20b.txt'
    expect(await fetchText({ '/files': storage }, target, { disallow: 'sub*' })).toBe('b')
    expect(
      await fetchText({ '/files': storage }, target, { disallow: (key) => key.startsWith('sub/') }),
    ).toBeUndefined()
  })

  test('in every spelling of its key', async () => {
    const composed = 'sub/\u00fc b.txt'
    for (const key of [composed, composed.normalize('NFD')]) {
      const target = `/files/${encodeURI(key)}`
      expect(await fetchText({ '/files': storage }, target)).toBe('b')
      expect(await fetchText({ '/files': storage }, target, { disallow: (each) => each === composed })).toBeUndefined()
    }
  })

  test('also if it is exported as a single file', async () => {
    expect(await fetchText({ '/x': { storage, key: 'debug.log' } }, '/x', { disallow: '*.log' })).toBeUndefined()
  })
})

test('a mistake in the configuration is a TypeError at once', () => {
  expect(() => fileServer({ files: storage })).toThrow(TypeError)
  expect(() => fileServer({ '/files': storage }, { maxAge: -1 })).toThrow(TypeError)
  expect(() => fileServer({ '/x': { storage, key: '../secret.txt' } })).toThrow(TypeError)
})
