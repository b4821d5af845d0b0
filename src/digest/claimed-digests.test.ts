import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { ClaimedDigests } from './claimed-digests.ts'

const TEXT = Buffer.from('hello')

function field(algorithm: 'sha256' | 'sha512', bytes: Uint8Array = TEXT): string {
  return `${algorithm.replace('sha', 'sha-')}=:${createHash(algorithm).update(bytes).digest('base64')}:`
}

/** The check of `hello`, which comes in two pieces, by a request with these headers. */
function verify(headers: Record<string, string>): void {
  const claimed = ClaimedDigests.of({ header: (name) => headers[name] })
  claimed?.append(TEXT.subarray(0, 2))
  claimed?.append(TEXT.subarray(2))
  claimed?.verify()
}

test.each([
  { 'content-digest': field('sha256') },
  { 'repr-digest': field('sha512') },
  { 'content-digest': `${field('sha256')}, ${field('sha512')}`, 'repr-digest': field('sha256') },
  // RFC 9651 section 3.2: of two members of one name, the last counts.
  { 'content-digest': `sha-256=:AAAA:, ${field('sha256')}` },
])('a true claim is believed: %o', (headers) => {
  expect(() => verify(headers)).not.toThrow()
})

test.each([
  ['sha-256', { 'content-digest': field('sha256', Buffer.from('hellO')) }],
  ['sha-256', { 'repr-digest': field('sha256', Buffer.from('hellO')) }],
  ['sha-512', { 'content-digest': `${field('sha256')}, ${field('sha512', Buffer.from('hell'))}` }],
  ['sha-256', { 'content-digest': field('sha256'), 'repr-digest': 'sha-256=:AAAA:' }],
  ['sha-256', { 'content-digest': 'sha-256=:AAAA:', 'repr-digest': field('sha256') }],
  ['sha-256', { 'content-digest': 'sha-256=::' }],
])('one claim of %s that is not true is enough: %o', (algorithm, headers) => {
  expect(() => verify(headers)).toThrow(
    expect.objectContaining({ code: 'digest-mismatch', status: 400, details: { algorithm } }),
  )
})

test.each([{}, { 'content-digest': '' }, { 'content-digest': 'md5=:AAAA:, unixsum=:AA==:' }])(
  'if no digest can be checked, none is computed: %o',
  (headers: Record<string, string>) => {
    expect(ClaimedDigests.of({ header: (name) => headers[name] })).toBeUndefined()
  },
)
