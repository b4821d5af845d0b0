/** A request that no server may take, and how it is refused. */
export interface MalformedRequest {
  readonly request: string
  /** The status is one of these; 0 stands for a connection that is closed without a word. */
  readonly refusals: readonly number[]
  /** The client has no more to send, though the request is not at its end. */
  readonly isCut?: boolean
}

/** The mistakes of a client, all but `408`. */
const REFUSED: readonly number[] = [400, 403, 404, 405, 411, 413, 414, 415, 422, 431]
const HOST = 'Host: 127.0.0.1\r\n'
const FORM = `POST /uploads HTTP/1.1\r\n${HOST}Content-Type: multipart/form-data; boundary=X\r\n`

/**
 * Requests that break the rules of HTTP (RFC 9112), of forms (RFC 7578) or of the server's policy.
 *
 * @param name gives names for the files that are not to be stored
 */
export function malformedRequests(name: () => string): readonly MalformedRequest[] {
  const part = `--X\r\nContent-Disposition: form-data; name="file"; filename="${name()}"\r\n\r\nbytes`
  const put = (headers: string, body: string = '', path: string = name()): string =>
    `PUT /uploads/${path} HTTP/1.1\r\n${HOST}${headers}\r\n${body}`
  const form = (body: string): string => `${FORM}Content-Length: ${body.length}\r\n\r\n${body}`
  return [
    // Forms that end too early, or never begin.
    { request: form(part), refusals: [400] },
    { request: form(`${part}\r\n--X`), refusals: [400] },
    { request: form(`${part}\r\n--Y--\r\n`), refusals: [400] },
    { request: form(''), refusals: REFUSED },
    { request: form('--X--\r\n'), refusals: REFUSED },
    { request: form(`--X\r\nContent-Disposition: form-data\r\n\r\nbytes\r\n--X--\r\n`), refusals: REFUSED },
    { request: form(`--X\r\n${'a'.repeat(100_000)}\r\n\r\nbytes\r\n--X--\r\n`), refusals: REFUSED },
    { request: form(`${'-'.repeat(200_000)}${part}\r\n--X--\r\n`), refusals: REFUSED },
    {
      request: form(`--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n${'x'.repeat(2e6)}\r\n--X--\r\n`),
      refusals: REFUSED,
    },
    {
      request: form('--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'.repeat(3000) + '--X--\r\n'),
      refusals: REFUSED,
    },
    { request: form(`${part}\r\n--X--\r\n`).replace('boundary=X', 'nothing=X'), refusals: REFUSED },
    { request: form(`${part}\r\n--X--\r\n`).replace('form-data;', 'mixed;'), refusals: REFUSED },

    // Bodies that are not framed, framed twice, or not as they say.
    { request: put('Transfer-Encoding: chunked\r\n', 'zz\r\nbytes\r\n0\r\n\r\n'), refusals: [400, 0] },
    { request: put('Transfer-Encoding: chunked\r\n', '5\r\nbyt'), refusals: [0, ...REFUSED], isCut: true },
    {
      request: put('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', '5\r\nbytes\r\n0\r\n\r\n'),
      refusals: REFUSED,
    },
    { request: put('Content-Length: 5\r\nContent-Length: 6\r\n', 'bytes'), refusals: REFUSED },
    { request: put('Content-Length: -5\r\n', 'bytes'), refusals: REFUSED },
    { request: put('Content-Length: 500\r\n', 'bytes'), refusals: [0, ...REFUSED], isCut: true },
    { request: put('Content-Encoding: gzip\r\nContent-Length: 5\r\n', 'bytes'), refusals: [415] },
    { request: put('Content-Range: bytes 0-4/9\r\nContent-Length: 5\r\n', 'bytes'), refusals: REFUSED },
    {
      request: put('Content-Type: multipart/form-data; boundary=X\r\nContent-Length: 5\r\n', 'bytes'),
      refusals: [415],
    },

    // Content that is not what its name says.
    { request: put('Content-Length: 15\r\n', '<script></scrip', 'never-a.png'), refusals: [415] },
    { request: put('Content-Length: 4\r\n', '\0\u0001\u0002\u0003', 'never-a.txt'), refusals: [415] },

    // Names that lead elsewhere.
    { request: put('Content-Length: 5\r\n', 'bytes', '..%2f..%2fnever.txt'), refusals: REFUSED },
    { request: put('Content-Length: 5\r\n', 'bytes', '.decant/format'), refusals: REFUSED },
    { request: put('Content-Length: 5\r\n', 'bytes', '%2e%2e/never.txt'), refusals: REFUSED },
    { request: put('Content-Length: 5\r\n', 'bytes', 'never%00.txt'), refusals: REFUSED },
    { request: put('Content-Length: 5\r\n', 'bytes', 'never/folder.txt'), refusals: REFUSED },
    { request: `GET /uploads/.decant/format HTTP/1.1\r\n${HOST}\r\n`, refusals: REFUSED },
    { request: `GET /uploads/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1\r\n${HOST}\r\n`, refusals: REFUSED },
    { request: `GET /uploads/../../../etc/passwd HTTP/1.1\r\n${HOST}\r\n`, refusals: REFUSED },

    // Not HTTP, too much of it, or another protocol.
    { request: '\x16\x03\x01\x02\x00\x01\x00\x01', refusals: [400, 0], isCut: true },
    { request: 'GET / HTTP/1.1\r\n\r\n', refusals: [400] },
    { request: `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n${HOST}\r\n`, refusals: REFUSED },
    { request: put(`X: ${'a'.repeat(100_000)}\r\n`), refusals: [431] },
    { request: 'GET /uploads HTTP/1.1\r\nHost: attacker.example\r\n\r\n', refusals: REFUSED },
    { request: put('Origin: https://attacker.example\r\nContent-Length: 5\r\n', 'bytes'), refusals: REFUSED },
    { request: `DELETE /uploads/never.txt HTTP/1.1\r\n${HOST}\r\n`, refusals: [405] },
    { request: `GET /uploads?limit=0 HTTP/1.1\r\n${HOST}\r\n`, refusals: REFUSED },
    { request: `GET /uploads?cursor=nonsense HTTP/1.1\r\n${HOST}\r\n`, refusals: REFUSED },
  ]
}
