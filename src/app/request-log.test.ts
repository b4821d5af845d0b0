import { expect, test } from 'vitest'
import type { Incoming, Outgoing } from '../handler.ts'
import { ContentType } from '../http/content-type.ts'
import { UploadError } from '../index.ts'
import { logging } from './request-log.ts'
import type { LoggedRequest } from './request-log.ts'

const INCOMING: Incoming = {
  method: 'GET',
  target: '/uploads/a.txt',
  mount: '',
  header: () => undefined,
  contentType: new ContentType(undefined),
  body: undefined,
  clientAddress: '192.0.2.7',
  isSecure: false,
  isPortKnown: true,
  prefix: '',
  signal: new AbortController().signal,
  native: undefined,
}

async function logged(
  incoming: Partial<Incoming>,
  answer: () => Promise<Outgoing | undefined>,
): Promise<LoggedRequest[]> {
  const lines: LoggedRequest[] = []
  const handler = logging({ handle: answer }, (line) => lines.push(line))
  // not-found is what one of these handlers throws.
  await handler.handle({ ...INCOMING, ...incoming }).catch(() => {})
  return lines
}

test('a request is told with its answer, once', async () => {
  const lines = await logged({}, async () => ({ status: 200, headers: { 'content-length': '5' }, body: 'hello' }))
  expect(lines).toEqual([
    {
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      address: '192.0.2.7',
      method: 'GET',
      path: '/uploads/a.txt',
      status: 200,
      sent: 5,
      ms: expect.any(Number),
    },
  ])
})

test('one that fails is told with the status that the client gets', async () => {
  const lines = await logged({}, async () => {
    throw new UploadError('not-found', {})
  })
  expect(lines).toMatchObject([{ status: 404 }])
  expect(await logged({}, async () => undefined)).toMatchObject([{ status: 404 }])
})

test('the query is not told: a link has its secret there', async () => {
  const [line] = await logged({ target: '/uploads/a.txt?token=secret' }, async () => ({ status: 200, headers: {} }))
  expect(line?.path).toBe('/uploads/a.txt')
  expect(JSON.stringify(line)).not.toContain('secret')
})

test('no name forges a line or speaks to a terminal', async () => {
  const target = '/uploads/a\r\nb\u001b[2J\u009b31m\u00e9 c'
  const [line] = await logged({ target, clientAddress: '::1\n' }, async () => ({ status: 200, headers: {} }))
  expect(line).toMatchObject({ path: '/uploads/a%0D%0Ab%1B[2J%9B31m%E9%20c', address: '::1%0A' })
})

test('the files that were stored and the person who signed in are told, and can forge nothing either', async () => {
  const lines: LoggedRequest[] = []
  const stored = ['a.txt', '2026/\u00fc b\u009b\u202e100%.txt']
  const answer = { status: 201, headers: {}, stored }
  const native = {}
  const userOf = (request: unknown) => (request === native ? 'ann\r\n\u001b[2J\ud800' : undefined)
  const handler = logging({ handle: async () => answer }, (line) => lines.push(line), userOf)
  await handler.handle({ ...INCOMING, native })
  await handler.handle(INCOMING)
  expect(lines).toMatchObject([
    { user: 'ann%0D%0A%1B[2J%EF%BF%BD', stored: ['a.txt', '2026/%C3%BC%20b%C2%9B%E2%80%AE100%25.txt'] },
    { stored: ['a.txt', expect.any(String)] },
  ])
  expect(lines[1]).not.toHaveProperty('user')
})

test('an answer that stored nothing tells of no files', async () => {
  const [line] = await logged({}, async () => ({ status: 201, headers: {}, stored: [] }))
  expect(line).not.toHaveProperty('stored')
})
