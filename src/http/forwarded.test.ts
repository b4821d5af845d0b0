import { beforeEach, describe, expect, test } from 'vitest'
import { fromFetchRequest } from './fetch-request.ts'
import { behindProxy } from './forwarded.ts'
import type { ProxyTrust } from './forwarded.ts'
import type { Incoming } from './incoming.ts'

const TRUSTED = ['10.0.0.1', '10.0.0.2', '::1']
const warnings: string[] = []
const trust: ProxyTrust = {
  isTrusted: (address) => TRUSTED.includes(address),
  onWarning: (sentence) => warnings.push(sentence),
}
beforeEach(() => {
  warnings.length = 0
})

interface Seen {
  readonly client: string | undefined
  readonly host: string | undefined
  readonly secure: boolean
}

function direct(headers: Record<string, string>, clientAddress: string | undefined, url: string): Incoming {
  return fromFetchRequest(new Request(url, { headers }), { clientAddress })
}

function seen(
  headers: Record<string, string>,
  peer: string | undefined = '10.0.0.1',
  url = 'http://inside:3000/',
  header?: ProxyTrust['header'],
): Seen {
  const incoming = behindProxy(direct({ host: 'inside:3000', ...headers }, peer, url), { ...trust, header })
  return { client: incoming.clientAddress, host: incoming.header('host'), secure: incoming.isSecure }
}

const UNTOUCHED: Seen = { client: '10.0.0.1', host: 'inside:3000', secure: false }

const LIES = {
  'x-forwarded-for': '198.51.100.7',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'https',
  forwarded: 'for=198.51.100.7;host=evil.example;proto=https',
}

describe('a peer that is not a trusted proxy', () => {
  test.each(['192.0.2.1', '10.0.0.3', '::2', '::ffff:192.0.2.1'])('is not believed (%s)', (peer) => {
    expect(seen(LIES, peer)).toEqual({ client: peer, host: 'inside:3000', secure: false })
  })

  test.each([undefined, '', 'unknown', '10.0.0.1.'])('is not believed without a valid address (%s)', (peer) => {
    const incoming = direct(LIES, peer, 'http://inside/')
    expect(behindProxy(incoming, { ...trust, isTrusted: () => true })).toBe(incoming)
  })
})

describe('a trusted proxy', () => {
  test('tells the address of the client, the host and the scheme', () => {
    expect(
      seen({
        'x-forwarded-for': '192.0.2.1',
        'x-forwarded-host': 'files.example',
        'x-forwarded-proto': 'https',
      }),
    ).toEqual({ client: '192.0.2.1', host: 'files.example', secure: true })
    expect(seen({ forwarded: 'for=192.0.2.1;host=files.example;proto=https' })).toEqual({
      client: '192.0.2.1',
      host: 'files.example',
      secure: true,
    })
  })

  test('is known by its address in any spelling', () => {
    expect(seen({ 'x-forwarded-for': '192.0.2.1' }, '::ffff:10.0.0.1').client).toBe('192.0.2.1')
    expect(seen({ 'x-forwarded-for': '192.0.2.1' }, '0:0:0:0:0:0:0:1').client).toBe('192.0.2.1')
  })

  test('changes nothing if it sends no header', () => {
    expect(seen({})).toEqual(UNTOUCHED)
    expect(seen({ 'x-forwarded-for': '', 'x-forwarded-host': '', 'x-forwarded-proto': '' })).toEqual(UNTOUCHED)
    expect(seen({ forwarded: '' })).toEqual(UNTOUCHED)
  })

  test('can tell that its client uses plain http', () => {
    expect(seen({ 'x-forwarded-proto': 'http' }, '10.0.0.1', 'https://inside/').secure).toBe(false)
    expect(seen({}, '10.0.0.1', 'https://inside/').secure).toBe(true)
    expect(seen({ 'x-forwarded-proto': 'HTTPS' }).secure).toBe(true)
  })

  test('leaves the rest of the request alone', () => {
    const before = direct(
      { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-host': 'a:80', accept: 'x/y' },
      '10.0.0.1',
      'http://x/a?b',
    )
    const after = behindProxy(before, trust)
    const proxied = { header: 0, clientAddress: 0, proxyHost: 'x' }
    expect({ ...after, ...proxied }).toEqual({ ...before, ...proxied })
    expect(after.proxyHost).toBe('x')
    expect([after.header('accept'), after.header('x-forwarded-for')]).toEqual(['x/y', '192.0.2.1'])
  })
})

describe('the client', () => {
  test.each([
    ['is the last that was named', '192.0.2.9, 192.0.2.1', '192.0.2.1'],
    ['is before every trusted proxy', '192.0.2.9, 192.0.2.1, 10.0.0.2', '192.0.2.1'],
    ['is the first if all are trusted', '10.0.0.2, ::1', '10.0.0.2'],
    ['cannot name itself as a proxy', '10.0.0.2, 192.0.2.1', '192.0.2.1'],
    ['may have a port', '192.0.2.1:5555', '192.0.2.1'],
    ['may have IPv6', '2001:DB8::0:1', '2001:db8::1'],
    ['may have IPv6 with a port', '[2001:db8::1]:80', '2001:db8::1'],
    ['is the proxy if the proxy calls it unknown', 'unknown', '10.0.0.1'],
    ['is the proxy if the last name is malformed', '192.0.2.1, <script>', '10.0.0.1'],
    ['is the proxy if the last name is empty', '192.0.2.1,', '10.0.0.1'],
    ['is the outer proxy if that proxy does not know it', '192.0.2.1, unknown, 10.0.0.2', '10.0.0.2'],
    ['is not affected by malformed names that it wrote', 'x, ,;=", 192.0.2.1', '192.0.2.1'],
  ])('%s: %s', (_, value, client) => {
    expect(seen({ 'x-forwarded-for': value }).client).toBe(client)
    if (/["<]|,$/.test(value)) return
    const forwarded = value.split(',').map((name) => `for="${name.trim()}"`)
    expect(seen({ forwarded: forwarded.join(', ') }).client).toBe(client)
  })

  test('is found behind ten thousand names', () => {
    expect(seen({ 'x-forwarded-for': `${'10.0.0.2, '.repeat(10_000)}10.0.0.2` }).client).toBe('10.0.0.2')
  })
})

describe('of several hosts and schemes', () => {
  test('counts the value of the outermost trusted proxy, and never an older one', () => {
    const headers = {
      'x-forwarded-for': '198.51.100.7, 192.0.2.1, 10.0.0.2',
      'x-forwarded-host': 'evil.example, files.example, inner.example',
      'x-forwarded-proto': 'http, https, http',
    }
    expect(seen(headers)).toEqual({ client: '192.0.2.1', host: 'files.example', secure: true })
    const elements = [
      'for=198.51.100.7;host=evil.example;proto=http',
      'for=192.0.2.1;host=files.example;proto=https',
      'for=10.0.0.2;host=inner.example;proto=http',
    ]
    expect(seen({ forwarded: elements.join(',') })).toEqual({
      client: '192.0.2.1',
      host: 'files.example',
      secure: true,
    })
  })

  test('counts the only value if a proxy overwrites, for any number of proxies', () => {
    const headers = {
      'x-forwarded-for': '192.0.2.1, 10.0.0.2',
      'x-forwarded-host': 'files.example',
      'x-forwarded-proto': 'https',
    }
    expect(seen(headers)).toEqual({ client: '192.0.2.1', host: 'files.example', secure: true })
  })

  test('counts the last if no header tells the client', () => {
    expect(seen({ 'x-forwarded-host': 'evil.example, files.example', 'x-forwarded-proto': 'https, http' })).toEqual({
      client: '10.0.0.1',
      host: 'files.example',
      secure: false,
    })
  })

  test('counts the last if the client is unknown', () => {
    expect(
      seen({ 'x-forwarded-for': '192.0.2.1, unknown', 'x-forwarded-host': 'evil.example, files.example' }).host,
    ).toBe('files.example')
  })
})

describe('a malformed value is ignored', () => {
  test.each([
    'evil.example/path',
    'a b',
    'user@host',
    'http://a',
    'a:b',
    'a:',
    '[::1',
    'a"b',
    '<b>',
    'é.example',
    'a\\b',
  ])('as the host %j', (host) => {
    // A header holds bytes; these are read as Latin-1.
    expect(seen({ 'x-forwarded-host': host }).host).toBe('inside:3000')
  })

  test.each(['files.example', 'FILES.example:8443', '[2001:db8::1]:80', '192.0.2.1', 'a_b'])(
    'but not the host %s',
    (host) => {
      expect(seen({ 'x-forwarded-host': host }).host).toBe(host)
    },
  )

  test.each(['ftp', 'https://', 'on', 'httpss', '1'])('as the scheme %j', (scheme) => {
    expect(seen({ 'x-forwarded-proto': scheme }).secure).toBe(false)
  })

  test.each([
    'for=192.0.2.1;for=192.0.2.2',
    'for="192.0.2.1',
    'for=192.0.2.1;host="a, for=192.0.2.2',
    'for = 192.0.2.1',
    '192.0.2.1',
    'for=192.0.2.9, nonsense',
    'nonsense, for=192.0.2.9',
    'for=192.0.2.1 host=a',
    'for=[::1]"',
    '=,=;"\\',
  ])('as a whole, Forwarded: %s', (forwarded) => {
    expect(seen({ forwarded })).toEqual(UNTOUCHED)
  })

  test('a comma in a quoted string ends no element', () => {
    expect(seen({ forwarded: 'for=192.0.2.9;ext="a, \\", for=192.0.2.8", for="[2001:db8::1]:1";Proto=https' })).toEqual(
      {
        client: '2001:db8::1',
        host: 'inside:3000',
        secure: true,
      },
    )
  })
})

describe('the port that the client asked', () => {
  const HOST = { host: 'files.example' }
  const portOf = (headers: Record<string, string>): [host: string | undefined, isKnown: boolean] => {
    const incoming = behindProxy(direct(headers, '10.0.0.1', 'http://inside/'), trust)
    return [incoming.header('host'), incoming.isPortKnown]
  }

  test.each<[headers: Record<string, string>, host: string, isKnown: boolean]>([
    [HOST, 'files.example', false],
    [{ host: 'files.example:3000' }, 'files.example:3000', true],
    [{ host: '[2001:db8::1]' }, '[2001:db8::1]', false],
    [{ host: '[2001:db8::1]:80' }, '[2001:db8::1]:80', true],
    [{ host: 'inside:3000', 'x-forwarded-host': 'files.example' }, 'files.example', false],
    [{ host: 'inside:3000', 'x-forwarded-host': 'files.example:8080' }, 'files.example:8080', true],
    [{ ...HOST, 'x-forwarded-port': '8080' }, 'files.example:8080', true],
    [{ ...HOST, 'x-forwarded-port': '443' }, 'files.example', true],
    [{ ...HOST, 'x-forwarded-port': '80' }, 'files.example', true],
    [{ ...HOST, 'x-forwarded-host': 'a.example', 'x-forwarded-port': '8080' }, 'a.example:8080', true],
    [{ ...HOST, 'x-forwarded-host': 'a.example:1', 'x-forwarded-port': '8080' }, 'a.example:1', true],
    [{ host: 'files.example:1', 'x-forwarded-port': '8080' }, 'files.example:1', true],
    [{ ...HOST, 'x-forwarded-port': '9999, 8080' }, 'files.example:8080', true],
    [{ ...HOST, 'x-forwarded-port': 'eighty' }, 'files.example', false],
    [{ ...HOST, 'x-forwarded-port': '' }, 'files.example', false],
    [{ ...HOST, 'x-forwarded-port': '8080@evil' }, 'files.example', false],
    [{ ...HOST, forwarded: 'for=192.0.2.1;host="a.example:8080"' }, 'a.example:8080', true],
    [{ ...HOST, forwarded: 'for=192.0.2.1;host=a.example', 'x-forwarded-port': '8080' }, 'a.example', false],
  ])('%j is the host %j, and its port is known: %j', (headers, host, isKnown) => {
    expect(portOf(headers)).toEqual([host, isKnown])
  })

  test('is known without a proxy, since a browser leaves out only the default port', () => {
    expect(behindProxy(direct(HOST, '192.0.2.1', 'http://files.example/'), trust).isPortKnown).toBe(true)
  })
})

describe('the path that proxies have stripped', () => {
  const prefixOf = (value: string, more: Record<string, string> = {}, peer = '10.0.0.1'): string =>
    behindProxy(direct({ 'x-forwarded-prefix': value, ...more }, peer, 'http://inside/'), trust).prefix

  test.each([
    ['/drop', '/drop'],
    ['/drop/', '/drop'],
    ['/', ''],
    ['', ''],
    ['/a/b', '/a/b'],
    ['/dr%C3%B6p', '/dr%C3%B6p'],
    ['/drÃ¶p', '/dr%C3%B6p'],
    ['/a b"<>', '/a%20b%22%3C%3E'],
    ['/100%', '/100%25'],
  ])('%j comes back in URLs as %j', (value, prefix) => {
    expect([prefixOf(value), warnings]).toEqual([prefix, []])
  })

  test.each([
    'drop',
    '//evil.example',
    '/a//b',
    '/\\evil.example',
    '/a?b',
    '/a#b',
    '/../a',
    '/a/..',
    '/%2e./a',
    '/a\tb',
  ])('%j is ignored with a warning to the operator', (value) => {
    expect(prefixOf(value)).toBe('')
    expect(warnings).toEqual([expect.stringContaining(`X-Forwarded-Prefix ${JSON.stringify(value)} is ignored`)])
  })

  test('is that of each proxy, the outermost first, and nothing that a client wrote', () => {
    const behindTwo = { 'x-forwarded-for': '192.0.2.1, 10.0.0.2' }
    expect(prefixOf('/evil, /outer, /inner', behindTwo)).toBe('/outer/inner')
    expect(prefixOf('//evil, /drop', { 'x-forwarded-for': '192.0.2.1' })).toBe('/drop')
    expect(prefixOf('/evil, /drop')).toBe('/drop')
    expect(warnings).toEqual([])
  })

  test('counts beside Forwarded, which has no parameter for it', () => {
    expect(prefixOf('/drop', { forwarded: 'for=192.0.2.1' })).toBe('/drop')
  })

  test('is not believed from a peer that is not trusted', () => {
    expect(prefixOf('/drop', {}, '192.0.2.1')).toBe('')
  })
})

describe('Forwarded and X-Forwarded headers in one request', () => {
  const OWN = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-host': 'files.example', 'x-forwarded-proto': 'https' }
  const FORWARDED = 'for=198.51.100.7;host=other.example'

  test.each(['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'])(
    'neither kind counts without a setting, and the operator is warned (beside %s)',
    (name) => {
      const headers = Object.fromEntries(Object.entries(OWN).filter(([each]) => each === name))
      expect(seen({ ...headers, forwarded: FORWARDED })).toEqual(UNTOUCHED)
      expect(warnings).toEqual([expect.stringMatching(/10\.0\.0\.1 sends both .* "x-forwarded" .*--proxy-header/)])
    },
  )

  test('the kind that the option names counts, and the other kind is ignored', () => {
    const all = { ...OWN, forwarded: FORWARDED }
    expect(seen(all, undefined, undefined, 'x-forwarded')).toEqual(seen(OWN))
    expect(seen(all, undefined, undefined, 'forwarded')).toEqual(seen({ forwarded: FORWARDED }))
    expect(warnings).toEqual([])
  })

  test('the other kind does not count if that kind is absent, since a client could write it', () => {
    expect(seen(OWN, undefined, undefined, 'forwarded')).toEqual(UNTOUCHED)
    expect(seen({ forwarded: FORWARDED }, undefined, undefined, 'x-forwarded')).toEqual(UNTOUCHED)
    expect(seen({ ...OWN, 'x-forwarded-port': '1' }, undefined, undefined, 'forwarded')).toEqual(UNTOUCHED)
  })

  test('X-Forwarded-Port alone does not contradict Forwarded', () => {
    expect(seen({ forwarded: FORWARDED, 'x-forwarded-port': '1' })).toEqual(seen({ forwarded: FORWARDED }))
    expect(warnings).toEqual([])
  })
})
