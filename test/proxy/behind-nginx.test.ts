import { once } from 'node:events'
import { request as httpsRequest } from 'node:https'
import { describe, expect, test } from 'vitest'
import { form, readAnswer, request, storedIn } from '../cli/client.ts'
import type { Answer } from '../cli/client.ts'
import { linesOf, serve, temporaryFolder } from '../cli/decant-process.ts'
import type { DecantProcess } from '../cli/decant-process.ts'
import { nginxBlocks } from './guide-blocks.ts'
import { nginx, openssl, startNginx } from './nginx.ts'
import type { NginxProcess, NginxSettings } from './nginx.ts'

/** Every byte there is, more of them than nginx holds in memory. */
const BYTES = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7) % 256))

const FORWARDED = [
  'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
  'proxy_set_header X-Forwarded-Host $http_host;',
  'proxy_set_header X-Forwarded-Proto $scheme;',
  'proxy_set_header X-Forwarded-Prefix "";',
]
const UNBUFFERED = ['proxy_http_version 1.1;', 'proxy_request_buffering off;', 'proxy_buffering off;']

interface Site extends AsyncDisposable {
  readonly decant: DecantProcess
  readonly proxy: NginxProcess
  readonly folder: string
  /** The origin that a browser's address bar shows. */
  readonly origin: string
  /** A request of a browser on plain http, which says its origin and nothing of `Sec-Fetch-Site`. */
  ask(target: string, options?: { headers?: Record<string, string>; body?: Buffer; method?: string }): Promise<Answer>
  /** Posts a form from the page of this site. */
  post(target: string, name: string, content: string | Buffer<ArrayBuffer>): Promise<Answer>
}

/** `decant serve` behind an nginx with these locations, which are given its address. */
async function open(
  typed: readonly string[],
  locations: (upstream: string) => readonly string[],
  settings: Omit<NginxSettings, 'server'> = {},
): Promise<Site> {
  const own = temporaryFolder()
  const decant = await serve(own.path, typed)
  const proxy = await startNginx({
    ...settings,
    server: ['client_max_body_size 0;', ...locations(`http://127.0.0.1:${decant.port}`)],
  })
  const host = `files.example:${proxy.port}`
  const origin = `http://${host}`
  const ask: Site['ask'] = (target, { headers = {}, ...options } = {}) =>
    request(proxy.port, target, { ...options, headers: { host, ...headers } })
  return {
    decant,
    proxy,
    folder: own.path,
    origin,
    ask,
    async post(target, name, content) {
      const posted = await form(name, content)
      return ask(target, { ...posted, headers: { ...posted.headers, origin } })
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await decant[Symbol.asyncDispose]()
      own[Symbol.dispose]()
    },
  }
}

const whole =
  (...directives: readonly string[]) =>
  (upstream: string) => [`location / { proxy_pass ${upstream}; ${directives.join(' ')} }`]

describe.skipIf(!nginx)('behind an nginx', () => {
  describe('that is set up as the guide shows it', () => {
    const [ownHost = '', stripped = '', sentAlong = ''] = nginxBlocks()
    const trusting = ['--trust-proxy=loopback', '--hosts=files.example']

    test('for a host of its own, a form is taken', async () => {
      const [, upstream = '', server = ''] = /^(upstream .*?^\})\nserver \{(.*)^\}/ms.exec(ownHost) ?? []
      const inServer = server.replace(/listen 443 ssl;|client_max_body_size 0;/g, '')
      await using decant = await open(trusting, () => [])
      await using proxy = await startNginx({
        http: [upstream.replace('127.0.0.1:3000', `127.0.0.1:${decant.decant.port}`)],
        server: ['client_max_body_size 0;', inServer],
      })
      const posted = await form('a.bin', BYTES)
      const host = `files.example:${proxy.port}`
      const headers = { ...posted.headers, host, origin: `http://${host}` }
      expect((await request(proxy.port, '/', { ...posted, headers })).status).toBe(201)
      expect((await request(proxy.port, '/uploads/a.bin', { headers: { host } })).bytes.equals(BYTES)).toBe(true)
    })

    test.each([
      ['strips', [], stripped],
      ['sends along', ['--base=/drop'], sentAlong],
    ])('for a path that it %s, URLs stay below it', async (_, typed, block) => {
      await using site = await open([...trusting, ...typed], (upstream) => [
        block
          .replace('http://127.0.0.1:3000', upstream)
          .replace('# and the headers and settings from above', FORWARDED.slice(0, 3).join('\n')),
      ])
      expect((await site.post('/drop/', 'a.txt', 'a')).headers.location).toBe('/drop/uploads/a.txt')
      // With a slash nginx puts it there, without one Decant does without it.
      expect((await site.ask('/drop', { headers: { accept: 'text/html' } })).status).toBe(
        typed.length === 0 ? 301 : 200,
      )
    })
  })

  describe('that says nothing of the host that was asked (proxy_pass alone)', () => {
    test('a form of a browser on plain http is refused with a sentence that names the three ways out', async () => {
      await using site = await open(['--trust-proxy=loopback'], whole())
      const { status, text } = await site.post('/uploads', 'a.txt', 'a')
      expect(status).toBe(403)
      const { code, detail } = JSON.parse(text)
      expect(code).toBe('cross-site')
      for (const way of ['X-Forwarded-Host', '--trust-proxy', '--origins']) expect(detail).toContain(way)
      expect(storedIn(site.folder)).toEqual([])
    })

    test('a form of a browser that knows its site, as over https, is taken', async () => {
      await using site = await open([], whole())
      const posted = await form('a.txt', 'a')
      const headers = { ...posted.headers, origin: site.origin, 'sec-fetch-site': 'same-origin' }
      expect((await site.ask('/uploads', { ...posted, headers })).status).toBe(201)
    })

    test('--origins lets a page in that is named, and no other', async () => {
      await using site = await open(['--origins=http://files.example, capacitor://localhost'], whole())
      const posted = await form('a.txt', 'a')
      const statusOf = async (origin: string): Promise<number> =>
        (await site.ask('/uploads', { ...posted, headers: { ...posted.headers, origin } })).status
      expect(await statusOf('http://files.example')).toBe(201)
      expect(await statusOf('capacitor://localhost')).toBe(201)
      expect(await statusOf(site.origin)).toBe(403)
      expect(await statusOf('null')).toBe(403)
    })
  })

  describe('that passes the host on without its port (Host $host)', () => {
    const location = whole('proxy_set_header Host $host;')
    const named = ['--hosts=files.example']

    test('a form of a browser on plain http is taken if the proxy is trusted', async () => {
      await using site = await open([...named, '--trust-proxy=loopback'], location)
      expect((await site.post('/uploads', 'a.txt', 'a')).status).toBe(201)
    })

    test('a page of another host is still refused', async () => {
      await using site = await open([...named, '--trust-proxy=loopback'], location)
      const posted = await form('a.txt', 'a')
      const headers = { ...posted.headers, origin: 'http://evil.example' }
      expect((await site.ask('/uploads', { ...posted, headers })).status).toBe(403)
    })

    test('without trust the comparison stays exact', async () => {
      await using site = await open(named, location)
      expect((await site.post('/uploads', 'a.txt', 'a')).status).toBe(403)
    })
  })

  describe('that forwards the client, the host and the scheme of a request', () => {
    const trusting = ['--trust-proxy=loopback', '--hosts=files.example', '--log', '--max-file-size=4MB']

    test.each([
      ['buffered', []],
      ['unbuffered', UNBUFFERED],
    ])('files go through byte by byte, and come back, %s', async (_, buffering) => {
      await using site = await open(trusting, whole(...FORWARDED, ...buffering))
      const { status, text } = await site.post('/uploads', 'every byte.bin', BYTES)
      expect([status, JSON.parse(text).files[0].url]).toEqual([201, '/uploads/every%20byte.bin'])
      expect((await site.ask('/uploads/every%20byte.bin')).bytes.equals(BYTES)).toBe(true)
      const range = await site.ask('/uploads/every%20byte.bin', { headers: { range: 'bytes=2999990-' } })
      expect([range.status, range.bytes]).toEqual([206, BYTES.subarray(2_999_990)])
      expect(site.proxy.errors()).toBe('')
    })

    test.each([
      ['buffered', []],
      ['unbuffered', UNBUFFERED],
    ])('a refusal arrives whole while the client is still sending, %s', async (_, buffering) => {
      await using site = await open(trusting, whole(...FORWARDED, ...buffering))
      const { status, text } = await site.post('/uploads', 'large.bin', Buffer.alloc(20_000_000))
      expect([status, JSON.parse(text).code]).toEqual([413, 'file-too-large'])
      expect((await site.post('/uploads', 'a.txt', 'a')).status).toBe(201)
    })

    test('the log names the client', async () => {
      await using site = await open(trusting, whole(...FORWARDED))
      const lines = linesOf(site.decant.child)[Symbol.asyncIterator]()
      await site.ask('/', { headers: { 'x-forwarded-for': '192.0.2.1' } })
      expect(JSON.parse(String((await lines.next()).value))).toMatchObject({ address: '192.0.2.1' })
    })

    test('the port of another site does not count as its own', async () => {
      await using site = await open(trusting, whole(...FORWARDED))
      const posted = await form('a.txt', 'a')
      const headers = { ...posted.headers, origin: `http://files.example:${site.proxy.port + 1}` }
      expect((await site.ask('/uploads', { ...posted, headers })).status).toBe(403)
    })

    test.skipIf(!openssl)('and speaks TLS to clients, the cookie of the page is sent by TLS alone', async () => {
      await using site = await open(trusting, whole(...FORWARDED), { tls: true })
      const posted = await form('a.txt', 'a')
      const host = `files.example:${site.proxy.port}`
      const sent = httpsRequest({
        host: '127.0.0.1',
        port: site.proxy.port,
        path: '/',
        method: 'POST',
        rejectUnauthorized: false,
        headers: { ...posted.headers, host, origin: `https://${host}`, accept: 'text/html' },
      })
      sent.end(posted.body)
      const { status, headers } = await readAnswer(sent)
      expect([status, headers.location]).toEqual([303, '/'])
      expect(headers['set-cookie']).toEqual([expect.stringMatching(/; Path=\/; .*; Secure$/)])
    })
  })

  describe('at a path below which it stands', () => {
    const PREFIX = 'proxy_set_header X-Forwarded-Prefix /drop;'

    test.each<[string, readonly string[], (upstream: string) => readonly string[]]>([
      [
        'which the proxy strips and tells',
        [],
        (upstream) => [`location /drop/ { proxy_pass ${upstream}/; ${FORWARDED.slice(0, 3).join(' ')} ${PREFIX} }`],
      ],
      [
        'which the proxy sends along',
        ['--base=/drop'],
        (upstream) => [`location /drop { proxy_pass ${upstream}; ${FORWARDED.join(' ')} }`],
      ],
      [
        'that was typed with a slash at its end',
        ['--base=/drop/'],
        (upstream) => [`location /drop { proxy_pass ${upstream}; ${FORWARDED.join(' ')} }`],
      ],
    ])('%s, all URLs stay below it', async (_, typed, location) => {
      await using site = await open([...typed, '--trust-proxy=loopback', '--hosts=files.example'], location)

      for (const target of ['/drop/', '/drop/uploads']) {
        const posted = await form('a.txt', 'a')
        const sent = await site.ask(target, {
          ...posted,
          headers: { ...posted.headers, origin: site.origin, accept: 'text/html' },
        })
        expect([target, sent.status, sent.headers.location]).toEqual([target, 303, '/drop/'])
        expect(sent.headers['set-cookie']).toEqual([expect.stringContaining('; Path=/drop/; ')])
      }
      const { headers, text } = await site.post('/drop/', 'b c.txt', 'b')
      expect([headers.location, JSON.parse(text).files[0].url]).toEqual(Array(2).fill('/drop/uploads/b%20c.txt'))
      expect((await site.ask('/drop/uploads/b%20c.txt')).text).toBe('b')

      const list = JSON.parse((await site.ask('/drop/uploads?limit=1')).text)
      expect([list.files[0].url, list.next]).toEqual([
        '/drop/uploads/b%20c.txt',
        expect.stringMatching(/^\/drop\/uploads\?/),
      ])

      const page = await site.ask('/drop/', { headers: { accept: 'text/html' } })
      const shown = page.text.replace(/<template[^]*?<\/template>/g, '')
      const urls = [...shown.matchAll(/ (?:href|src|action)="([^"#]+)"/g)].map(([, url = '']) => url)
      expect(urls.length).toBeGreaterThan(5)
      expect(urls.filter((url) => !url.startsWith('/drop/'))).toEqual([])
      const own = urls.filter((url) => /\.(?:js|css|svg)$/.test(url))
      expect(own).toHaveLength(3)
      for (const url of own) expect(await site.ask(url), url).toMatchObject({ status: 200 })

      const favicon = await site.ask('/drop/favicon.ico')
      expect(new URL(favicon.headers.location ?? '', `${site.origin}/drop/favicon.ico`).pathname).toBe(
        own.find((url) => url.endsWith('.svg')),
      )
      expect(await site.ask('/drop/none')).toMatchObject({
        status: 404,
        text: expect.stringContaining('The page is at /drop/.'),
      })
      expect((await site.ask('/drop/healthz')).text).toBe('ok')
    })

    test('that is malformed is ignored, and the operator is told once', async () => {
      await using site = await open(['--trust-proxy=loopback', '--hosts=files.example'], (upstream) => [
        `location / { proxy_pass ${upstream}; ${FORWARDED.slice(0, 3).join(' ')} proxy_set_header X-Forwarded-Prefix //evil.example; }`,
      ])
      for (const name of ['a', 'b'])
        expect((await site.post('/', `${name}.txt`, name)).headers.location).toBe(`/uploads/${name}.txt`)
      site.decant.child.kill('SIGTERM')
      await once(site.decant.child, 'close')
      expect(site.decant.stderr().match(/X-Forwarded-Prefix "\/\/evil\.example" is ignored/g)).toHaveLength(1)
    })
  })
})
