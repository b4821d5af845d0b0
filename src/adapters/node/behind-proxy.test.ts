import { createServer, IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { uploadHandler } from '../../handler/upload-handler.ts'
import { fromNodeRequest } from '../../http/node-request.ts'
import type { RequestHandler } from '../../http/outgoing.ts'
import { uploadSet } from '../../policy/upload-set.ts'
import { memoryStorage } from '../../storage/memory/memory-storage.ts'
import { RawClient } from '../../testing/adapter-contract/raw-client.ts'
import type { RawAnswer } from '../../testing/adapter-contract/raw-client.ts'
import { fetchHandler } from '../fetch/fetch-handler.ts'
import { listen } from './fixtures/listen.ts'
import type { NodeAdapterOptions } from './node-adapter-options.ts'
import { nodeHandler } from './node-handler.ts'

const page = { render: (): string => 'page' }
const uploads = (): RequestHandler =>
  uploadHandler(uploadSet('files', { storage: memoryStorage() }), { hosts: ['files.example'], page })

/** Asks a server that listens on loopback, as a proxy of this machine does. */
async function ask(
  handler: RequestHandler,
  trustProxy: NodeAdapterOptions['trustProxy'],
  head: string[],
): Promise<RawAnswer> {
  const server = await listen(createServer(nodeHandler(handler, { trustProxy, onWarning: () => {} })))
  try {
    const client = await RawClient.connect(server.origin)
    return await client.ask(`${[...head, '', ''].join('\r\n')}${head[0]?.startsWith('POST') ? 'x' : ''}`)
  } finally {
    await server.close()
  }
}

const UPLOAD = [
  'POST / HTTP/1.1',
  'Host: 127.0.0.1:3000',
  'Content-Length: 1',
  'Content-Disposition: attachment; filename="a.txt"',
  'Accept: text/html',
  'Origin: https://files.example',
  'X-Forwarded-For: 192.0.2.1',
  'X-Forwarded-Host: files.example',
]

describe('behind a proxy that is believed', () => {
  test('a host is known, and a site its own, by the name that the client asked for', async () => {
    const { status } = await ask(uploads(), ['loopback'], UPLOAD)
    expect(status).toBe(303)
  })

  test.each([
    // A page of that name, which its author made lead here, in a browser at the address of the proxy.
    ['evil.example', 403],
    ['evil.example:3000', 403],
    ['evil.local.example', 403],
    ['files.example.evil.example', 403],
    ['localhost:3000', 303],
    ['decant', 303],
    ['decant.internal.', 303],
    ['192.0.2.7:3000', 303],
    ['[2001:db8::1]', 303],
    ['FILES.example:443', 303],
  ])(
    'the host %s of the connection is that of a proxy, or of a page that calls itself one: %i',
    async (host, status) => {
      const named = UPLOAD.map((line) => (line.startsWith('Host:') ? `Host: ${host}` : line))
      expect((await ask(uploads(), ['loopback'], named)).status).toBe(status)
      const forwarded = named.map((line) => (/^X-.*-Host/.test(line) ? 'Forwarded: host=files.example' : line))
      const ofOneKind = forwarded.filter((line) => !line.startsWith('X-'))
      expect((await ask(uploads(), ['loopback'], ofOneKind)).status).toBe(status)
    },
  )

  test('the cookie of a client that came by https goes out by nothing else', async () => {
    const cookieOf = async (scheme: string): Promise<string | undefined> =>
      (await ask(uploads(), ['loopback'], [...UPLOAD, `X-Forwarded-Proto: ${scheme}`])).headers['set-cookie']
    expect(await cookieOf('https')).toMatch(/; SameSite=Lax; Secure$/)
    expect(await cookieOf('http')).toMatch(/; SameSite=Lax$/)
  })

  test('a request tells of its client', async () => {
    const echo: RequestHandler = {
      async handle({ clientAddress, isSecure }) {
        const body = `${clientAddress} ${isSecure}`
        return { status: 200, headers: { 'content-length': String(body.length) }, body }
      },
    }
    const head = ['GET / HTTP/1.1', 'Host: x', 'Forwarded: for="[2001:db8::1]";proto=https']
    expect((await ask(echo, ['127.0.0.1'], head)).body.toString()).toBe('2001:db8::1 true')
    expect((await ask(echo, undefined, head)).body.toString()).toBe('127.0.0.1 false')
  })

  test('a client cannot name itself by the kind of header that the proxy does not write', async () => {
    const echo: RequestHandler = {
      handle: async ({ clientAddress = '' }) => ({ status: 200, headers: {}, body: clientAddress }),
    }
    const client = async (header: 'forwarded' | 'x-forwarded' | undefined, ...lines: string[]): Promise<string> =>
      (await ask(echo, { proxies: ['loopback'], header }, ['GET / HTTP/1.1', 'Host: x', ...lines])).body.toString()
    const byProxy = 'Forwarded: for=192.0.2.1'
    const byClient = 'X-Forwarded-For: 10.0.0.1'
    expect(await client('forwarded', byClient, byProxy)).toBe('192.0.2.1')
    expect(await client('x-forwarded', 'Forwarded: for=10.0.0.1', 'X-Forwarded-For: 192.0.2.1')).toBe('192.0.2.1')
    expect(await client(undefined, byClient, byProxy)).toBe('127.0.0.1')
    expect(await client(undefined, byProxy)).toBe('192.0.2.1')
  })

  test.each([
    ['a text', '"loopback"', 'Proxies must be a list such as ["loopback"], not "loopback".'],
    ['a text in place of its list', '{"proxies":"loopback"}', 'Proxies must be a list'],
    ['another kind', '{"proxies":["loopback"],"header":"via"}', 'Write "forwarded" or "x-forwarded".'],
  ])('trustProxy that is %s is a TypeError at the start', (_, json, sentence) => {
    expect(() => nodeHandler(uploads(), { trustProxy: JSON.parse(json) })).toThrow(sentence)
  })

  test('clients are counted apart', async () => {
    const begun = Promise.withResolvers<void>()
    const set = uploadSet('files', { storage: memoryStorage() })
    const handler = uploadHandler(set, {
      maxUploadsPerClient: 1,
      authorize: () => {
        begun.resolve()
        return true
      },
    })
    const server = await listen(createServer(nodeHandler(handler, { trustProxy: ['loopback'] })))
    const head = (name: string, from: string): string =>
      [`PUT /${name} HTTP/1.1`, 'Host: x', 'Content-Length: 1', `X-Forwarded-For: ${from}`, '', ''].join('\r\n')
    try {
      const slow = await RawClient.connect(server.origin)
      await slow.send(head('slow.txt', '192.0.2.1'))
      await begun.promise
      const put = async (name: string, from: string): Promise<number> =>
        (await (await RawClient.connect(server.origin)).ask(`${head(name, from)}x`)).status
      expect(await put('other.txt', '192.0.2.2')).toBe(201)
      expect(await put('same.txt', '192.0.2.1')).toBe(503)
      expect((await slow.ask('x')).status).toBe(201)
    } finally {
      await server.close()
    }
  })
})

describe('a browser on plain http, behind a proxy', () => {
  const own = (): RequestHandler => uploadHandler(uploadSet('files', { storage: memoryStorage() }))
  const statusOf = async (trustProxy: readonly string[] | undefined, ...headers: string[]): Promise<number> => {
    const head = ['PUT /a.txt HTTP/1.1', 'Content-Length: 1', ...headers]
    const server = await listen(createServer(nodeHandler(own(), { trustProxy })))
    try {
      const client = await RawClient.connect(server.origin)
      return (await client.ask(`${[...head, '', ''].join('\r\n')}x`)).status
    } finally {
      await server.close()
    }
  }
  const FROM = 'Origin: http://files.example:8080'

  test.each([
    [['Host: files.example'], 201],
    [['Host: FILES.example'], 201],
    [['Host: 127.0.0.1:3000', 'X-Forwarded-Host: files.example'], 201],
    [['Host: 127.0.0.1:3000', 'X-Forwarded-Host: files.example:8080'], 201],
    [['Host: files.example', 'X-Forwarded-Port: 8080'], 201],
    [['Host: files.example', 'X-Forwarded-Port: 8081'], 403],
    [['Host: files.example', 'X-Forwarded-Port: 443'], 403],
    [['Host: files.example:8081'], 403],
    [['Host: 127.0.0.1:3000', 'X-Forwarded-Host: files.example:8081'], 403],
    [['Host: 127.0.0.1:3000'], 403],
    [['Host: other.example'], 403],
    [['Host: evilfiles.example'], 403],
  ])('that is trusted is compared with as much of the host as is known: %j', async (headers, status) => {
    expect(await statusOf(['loopback'], FROM, ...headers)).toBe(status)
  })

  test('that is trusted does not matter if the browser says that the site is the same', async () => {
    expect(await statusOf(['loopback'], FROM, 'Host: files.example', 'Sec-Fetch-Site: same-site')).toBe(403)
    expect(await statusOf(['loopback'], FROM, 'Host: other.example', 'Sec-Fetch-Site: same-origin')).toBe(201)
  })

  test('an app with a scheme of its own never counts as this site, even with the same host', async () => {
    expect(await statusOf(['loopback'], 'Origin: capacitor://localhost', 'Host: localhost')).toBe(403)
  })

  test.each([
    [['Host: files.example'], 403],
    [['Host: 127.0.0.1:3000', 'X-Forwarded-Host: files.example:8080'], 403],
    [['Host: files.example', 'X-Forwarded-Port: 8080'], 403],
    [['Host: files.example:8080'], 201],
  ])('that is not trusted is compared with the whole Host: %j', async (headers, status) => {
    expect(await statusOf(undefined, FROM, ...headers)).toBe(status)
  })
})

describe('a path that a proxy has stripped', () => {
  const put = (name: string, prefix: string): string[] => [
    `POST / HTTP/1.1`,
    'Host: x',
    'Content-Length: 1',
    `Content-Disposition: attachment; filename="${name}"`,
    `X-Forwarded-Prefix: ${prefix}`,
  ]
  const open = (): RequestHandler => uploadHandler(uploadSet('files', { storage: memoryStorage() }))

  test('comes back in URLs if the proxy is trusted', async () => {
    expect((await ask(open(), ['loopback'], put('a.txt', '/drop/'))).headers['location']).toBe('/drop/a.txt')
    expect((await ask(open(), undefined, put('a.txt', '/drop/'))).headers['location']).toBe('/a.txt')
  })

  test('is ignored if it could lead elsewhere, and the operator is told once', async () => {
    const warnings: string[] = []
    const listener = nodeHandler(open(), { trustProxy: ['loopback'], onWarning: (sentence) => warnings.push(sentence) })
    const server = await listen(createServer(listener))
    try {
      for (const name of ['a.txt', 'b.txt']) {
        const client = await RawClient.connect(server.origin)
        const { headers } = await client.ask(`${[...put(name, '//evil.example'), '', ''].join('\r\n')}x`)
        expect(headers['location']).toBe(`/${name}`)
      }
    } finally {
      await server.close()
    }
    expect(warnings).toEqual([expect.stringContaining('X-Forwarded-Prefix "//evil.example" is ignored')])
  })
})

describe('behind a proxy that is not', () => {
  test.each([[undefined], [[]], [['10.0.0.0/8', '::1']]])('nothing of it counts (%j)', async (trustProxy) => {
    const { status, body } = await ask(uploads(), trustProxy, UPLOAD)
    expect([status, body.toString()]).toEqual([403, expect.stringContaining('"unknown-host"')])
    const named = UPLOAD.map((line) => (line.startsWith('Host:') ? 'Host: files.example' : line))
    const { headers } = await ask(uploads(), trustProxy, [...named, 'X-Forwarded-Proto: https'])
    expect(headers['set-cookie']).toMatch(/; SameSite=Lax$/)
  })
})

test('a list with an entry that is not an address is refused at the start', () => {
  expect(() => nodeHandler(uploads(), { trustProxy: ['everybody'] })).toThrow(
    '"everybody" is not an address of a proxy',
  )
})

test.each([
  ['https', / Secure$/],
  ['http', /SameSite=Lax$/],
])('of a Fetch request the URL says whether it came by %s', async (scheme, ending) => {
  const response = await fetchHandler(uploads())(
    new Request(`${scheme}://files.example/`, {
      method: 'POST',
      body: 'x',
      headers: { accept: 'text/html', 'content-disposition': 'attachment; filename="a.txt"' },
    }),
  )
  expect(response.status).toBe(303)
  expect(response.headers.get('set-cookie')).toMatch(ending)
})

test('of a Node request the socket says so', () => {
  expect(fromNodeRequest(new IncomingMessage(new TLSSocket(new Socket()))).isSecure).toBe(true)
  expect(fromNodeRequest(new IncomingMessage(new Socket())).isSecure).toBe(false)
})
