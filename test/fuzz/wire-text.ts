import fc from 'fast-check'
import { wireRequests } from '../wire/wire-request.ts'
import { hostileNames } from './hostile-name.ts'
import { boundaries, multipartBodies, mutated, mutations } from './multipart-body.ts'

/** The bytes that a client sends on a connection, and how; a character for every byte. */
export interface WireCase {
  readonly text: string
  /** Bytes of one write each, used again and again. */
  readonly slices: readonly number[]
  /**
   * The end of the connection. A last request may ask to close it; it must still be answered well if the others were
   * whole. After FIN or a reset a client may read less. It may also not end at all.
   */
  readonly ending: 'close' | 'fin' | 'reset' | 'wait'
}

/** A request before it is text: what Fetch is given, too. */
export interface RequestParts {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** `undefined` for none. */
  readonly body: string | undefined
}

const names = fc
  .oneof(fc.constantFrom('a.txt', 'a.txt', 'b.bin', 'known.txt', 'e\u0301.png'), hostileNames)
  .map((name) => name.toWellFormed())
const bodies = fc.oneof(
  fc.constantFrom('', 'x', 'hello', 'x'.repeat(2000), 'x'.repeat(12_000)),
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
)
const captures = wireRequests().filter(({ body }) => body.length < 10_000)

const forms = boundaries.chain((boundary) =>
  multipartBodies(boundary).map((body) => ({
    method: 'POST',
    target: '/',
    headers: [['Content-Type', `multipart/form-data; boundary="${boundary}"`] as const],
    body,
  })),
)
const goodForms = fc.array(fc.tuple(names, bodies), { minLength: 1, maxLength: 3 }).map((files) => ({
  method: 'POST',
  target: '/',
  headers: [['Content-Type', 'multipart/form-data; boundary=Good'] as const],
  body: `${files.map(([name, bytes]) => `--Good\r\nContent-Disposition: form-data; name="f"; filename="${inQuotes(name)}"\r\n\r\n${bytes}\r\n`).join('')}--Good--\r\n`,
}))
const captured = fc.constantFrom(...captures).map(({ request, body }) => ({
  method: 'POST',
  target: '/',
  headers: [['Content-Type', request.contentType] as const],
  body: Buffer.from(body).toString('latin1'),
}))
const dispositions = fc.oneof(
  names.map((name) => `attachment; filename="${inQuotes(name)}"`),
  names.map((name) => `attachment; filename*=UTF-8''${encodeURIComponent(name)}`),
  names.map((name) => `attachment; filename=${toBytes(name).replaceAll(/[\0-\x1f\x7f]/g, '')}`),
)
const binaries = fc.tuple(dispositions, bodies).map(([disposition, body]) => ({
  method: 'POST',
  target: '/',
  headers: [['Content-Disposition', disposition] as const],
  body,
}))
const targets = names.map((name) => `/${encodeURIComponent(name)}`)
const puts = fc.tuple(targets, bodies).map(([target, body]) => ({ method: 'PUT', target, headers: [], body }))
const reads = fc
  .tuple(
    fc.constantFrom('GET', 'GET', 'HEAD', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'),
    fc.oneof(
      fc.constantFrom('/known.txt', '/known.txt?download', '/', '/?limit=1&order=name', '/?cursor=x', '/?limit=-1'),
      fc.constantFrom('/.decant/format', '/%2e%2e/%2e%2e/etc/passwd', '/..%5c', '/%c0%ae%c0%ae/', '//', '/a%2fb', '*'),
      targets,
    ),
    fc.array(
      fc.constantFrom<readonly [string, string]>(
        ['Range', 'bytes=0-1'],
        ['Range', 'bytes=2-, -1'],
        ['Range', 'bytes=100-'],
        ['If-None-Match', '*'],
        ['If-Match', '"x", W/"y"'],
        ['If-Modified-Since', 'Mon, 01 Jan 2035 00:00:00 GMT'],
        ['If-Range', '"x"'],
      ),
      { maxLength: 3 },
    ),
  )
  .map(([method, target, headers]) => ({ method, target, headers, body: undefined }))

const extras = fc.array(
  fc.constantFrom<readonly [string, string]>(
    ['Accept', 'text/html'],
    ['Connection', 'close'],
    ['Connection', 'keep-alive'],
    ['Content-Digest', 'sha-256=:AAAA:'],
    ['Content-Digest', 'no digest'],
    ['Content-Encoding', 'gzip'],
    ['Content-Range', 'bytes 0-1/2'],
    ['Content-Type', 'text/plain'],
    ['Content-Type', 'application/x-www-form-urlencoded'],
    ['Origin', 'http://elsewhere.example'],
    ['Sec-Fetch-Site', 'same-origin'],
    ['Upgrade', 'websocket'],
    ['X-Long', 'x'.repeat(5000)],
    ['__proto__', 'x'],
    ['Content-Disposition', 'attachment; filename="b.txt"'],
  ),
  { maxLength: 2 },
)

/** Requests of every kind that the handler knows, good ones and others. */
export const requestParts: fc.Arbitrary<RequestParts> = fc
  .tuple(
    fc.oneof<fc.WeightedArbitrary<RequestParts>[]>(
      { weight: 3, arbitrary: goodForms },
      { weight: 2, arbitrary: forms },
      { weight: 1, arbitrary: captured },
      { weight: 2, arbitrary: binaries },
      { weight: 2, arbitrary: puts },
      { weight: 2, arbitrary: reads },
    ),
    fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: extras }),
  )
  .map(([parts, extra]) => ({ ...parts, headers: [...parts.headers, ...extra] }))

/** How the length of the body is told: truly, in chunks, or in some way that a server must not believe. */
const framings = fc.oneof(
  { weight: 5, arbitrary: fc.constant('length' as const) },
  { weight: 3, arbitrary: fc.constant('chunked' as const) },
  { weight: 2, arbitrary: fc.constantFrom('longer', 'shorter', 'both', 'none', 'expect', 'unending', 'bad-size') },
)

const requestTexts = fc
  .tuple(requestParts, framings, fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 4 }))
  .map(([parts, framing, sizes]) => toText(parts, framing, sizes))

const pieces = ['\r\n', '\r', '\n', ' ', ':', '\0', '\xff', '0\r\n\r\n', 'HTTP/1.0', 'GET / HTTP/1.1\r\n\r\n', '--Good']

/** A connection's worth of requests, cut and mutated. */
export const wireCases: fc.Arbitrary<WireCase> = fc.record({
  text: fc
    .tuple(
      fc.array(requestTexts, { minLength: 1, maxLength: 3 }),
      fc.oneof(fc.constant([]), mutations([...pieces, 'Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n'], 2)),
    )
    .map(([texts, changes]) => mutated(texts.join(''), changes)),
  slices: fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 500, max: 20_000 })), {
    minLength: 1,
    maxLength: 4,
  }),
  ending: fc.oneof(
    { weight: 30, arbitrary: fc.constant('close' as const) },
    { weight: 10, arbitrary: fc.constant('fin' as const) },
    { weight: 10, arbitrary: fc.constant('reset' as const) },
    { weight: 1, arbitrary: fc.constant('wait' as const) },
  ),
})

function toText({ method, target, headers, body }: RequestParts, framing: string, sizes: readonly number[]): string {
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: localhost',
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ]
  if (body === undefined) return `${lines.join('\r\n')}\r\n\r\n`
  const isChunked = ['chunked', 'both', 'unending', 'bad-size'].includes(framing)
  if (isChunked) lines.push('Transfer-Encoding: chunked')
  if (framing === 'expect') lines.push('Expect: 100-continue')
  const told = { longer: body.length + 7, shorter: Math.max(0, body.length - 7) }[framing] ?? body.length
  if (framing !== 'none' && (!isChunked || framing === 'both')) lines.push(`Content-Length: ${told}`)
  return `${lines.join('\r\n')}\r\n\r\n${isChunked ? toChunks(body, sizes, framing) : body}`
}

function toChunks(body: string, sizes: readonly number[], framing: string): string {
  let text = ''
  for (let at = 0, turn = 0; at < body.length; turn += 1) {
    const chunk = body.slice(at, at + (sizes[turn % sizes.length] ?? 1))
    text += `${framing === 'bad-size' && turn === 1 ? 'g' : chunk.length.toString(16)}\r\n${chunk}\r\n`
    at += chunk.length
  }
  return framing === 'unending' ? text : `${text}0\r\n\r\n`
}

/** As browsers write a name into a header. */
function inQuotes(name: string): string {
  return toBytes(name).replaceAll(/["\r\n\0-\x1f\x7f]/g, (character) => encodeURIComponent(character))
}

/** UTF-8, a character for every byte. */
function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1')
}
