import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { UploadAction, UploadRequest } from '../access/upload-request.ts'
import { RawClient } from '../testing/adapter-contract/raw-client.ts'
import { openSite } from './fixtures/site.ts'
import type { Site } from './fixtures/site.ts'

const NFC = 'caf\u{e9}.txt'
const NFD = NFC.normalize('NFD')
const LONG_AGO = 'Mon, 01 Jan 2024 00:00:00 GMT'

function may(...actions: UploadAction[]) {
  return { listing: true, deletion: true, authorize: ({ action }: UploadRequest) => actions.includes(action) }
}

/** A site with files of two names: `taken.txt`, and a name in NFD. */
async function siteFor(...actions: UploadAction[]): Promise<Site> {
  const site = await openSite({ ...may(...actions), policy: { extensions: ['txt', 'png'], minFileSize: 1 } })
  for (const name of ['taken.txt', 'taken.png', NFD]) await writeFile(join(site.folder, name), 'there')
  return site
}

/** Sends a request for each name. Returns the answers without the names. */
async function answersTo(site: Site, request: (name: string) => string, names: readonly string[]): Promise<unknown[]> {
  const answers: unknown[] = []
  for (const name of names) {
    const path = encodeURIComponent(name)
    // oxlint-disable-next-line no-await-in-loop -- One after the other.
    const { status, headers, body } = await site.ask(request(path))
    const { date: _, ...told } = headers
    answers.push([status, told, body.toString().replaceAll(JSON.stringify(name).slice(1, -1), 'NAME')])
  }
  return answers
}

const HEAD = 'HTTP/1.1\r\nHost: x\r\n'

/** Requests that are answered before a whole valid file is there, for a name and another one of the same length. */
const PROBES: Record<string, (path: string) => string> = {
  'a PUT with Expect': (path) => `PUT /${path} ${HEAD}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`,
  'a PUT of nothing': (path) => `PUT /${path} ${HEAD}Content-Length: 0\r\n\r\n`,
  'a PUT without a length': (path) => `PUT /${path} ${HEAD}\r\n`,
  'a PUT that is too large': (path) => `PUT /${path} ${HEAD}Content-Length: 100000000\r\n\r\n`,
  'a PUT with a wrong digest': (path) =>
    `PUT /${path} ${HEAD}Content-Length: 1\r\nRepr-Digest: sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:\r\n\r\nx`,
  'a PUT with a coding': (path) => `PUT /${path} ${HEAD}Content-Length: 1\r\nContent-Encoding: gzip\r\n\r\nx`,
  'a PUT if it matches': (path) => `PUT /${path} ${HEAD}If-Match: "x"\r\nContent-Length: 1\r\n\r\nx`,
  'a PUT if it is there': (path) => `PUT /${path} ${HEAD}If-Match: *\r\nContent-Length: 1\r\n\r\nx`,
  'an empty PUT if it is not there': (path) => `PUT /${path} ${HEAD}If-None-Match: *\r\nContent-Length: 0\r\n\r\n`,
  'an empty PUT if it is old': (path) =>
    `PUT /${path} ${HEAD}If-Unmodified-Since: ${LONG_AGO}\r\nContent-Length: 0\r\n\r\n`,
  'a GET': (path) => `GET /${path} ${HEAD}\r\n`,
  'a GET of a range': (path) => `GET /${path} ${HEAD}Range: bytes=0-0\r\n\r\n`,
  'a GET if it is new': (path) => `GET /${path} ${HEAD}If-None-Match: *\r\n\r\n`,
  'a HEAD': (path) => `HEAD /${path} ${HEAD}\r\n`,
  'a DELETE': (path) => `DELETE /${path} ${HEAD}\r\n`,
  'a DELETE if it matches': (path) => `DELETE /${path} ${HEAD}If-Match: "x"\r\n\r\n`,
  'an OPTIONS': (path) => `OPTIONS /${path} ${HEAD}\r\n`,
  'a preflight': (path) => `OPTIONS /${path} ${HEAD}Origin: http://x\r\nAccess-Control-Request-Method: PUT\r\n\r\n`,
  'a POST to it': (path) => `POST /${path} ${HEAD}Content-Length: 1\r\n\r\nx`,
}

describe('a client that may only upload', () => {
  test.each(Object.entries(PROBES))(
    'gets the same answer to %s, whether or not the name is taken',
    async (_, probe) => {
      await using site = await siteFor('upload')
      const [taken, free] = await answersTo(site, probe, ['taken.txt', 'frees.txt'])
      expect(taken).toEqual(free)
      // The file was put there in NFD, and no answer may show its name in that form.
      const [composed] = await answersTo(site, probe, [NFC])
      const [other] = await answersTo(site, probe, [NFC.replace('caf', 'tea')])
      expect(composed).toEqual(other)
    },
  )

  test('gets the same answer to content that is not what the name says, whether or not the name is taken', async () => {
    await using site = await siteFor('upload')
    const probe = (path: string): string => `PUT /${path} ${HEAD}Content-Length: 14\r\n\r\n<script></scr>`
    const [taken, free] = await answersTo(site, probe, ['taken.png', 'frees.png'])
    expect(taken).toEqual(free)
    expect(taken).toMatchObject([415, {}, expect.stringContaining('type-mismatch')])
  })

  test('learns that a name is taken only after the whole file has come', async () => {
    await using site = await siteFor('upload')
    for (const name of ['taken.txt', NFC, NFD]) {
      const client = await RawClient.connect(site.origin)
      await client.send(`PUT /${encodeURIComponent(name)} ${HEAD}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`)
      expect((await client.answer()).status).toBe(100)
      const { status, body } = await client.ask('hello')
      expect([status, JSON.parse(body.toString()).code]).toEqual([409, 'name-taken'])
      client.destroy()
    }
    expect(await site.everyFile()).toEqual([NFD, 'taken.png', 'taken.txt'].toSorted())
  })

  test('can store a file under a free name, also on the condition that there is none', async () => {
    await using site = await siteFor('upload')
    const put = (path: string, header = ''): string => `PUT /${path} ${HEAD}${header}Content-Length: 1\r\n\r\nx`
    expect((await site.ask(put('one.txt', 'If-None-Match: *\r\n'))).status).toBe(201)
    expect((await site.ask(put('taken.txt', 'If-None-Match: *\r\n'))).status).toBe(409)
    expect((await site.ask(put('two.txt'))).status).toBe(201)
  })
})

test('a client that may delete but not fetch learns nothing of a file by a condition that does not hold', async () => {
  await using site = await siteFor('delete')
  for (const condition of ['If-Match: "x"', 'If-None-Match: *', `If-Unmodified-Since: ${LONG_AGO}`]) {
    const probe = (path: string): string => `DELETE /${path} ${HEAD}${condition}\r\n\r\n`
    // oxlint-disable-next-line no-await-in-loop
    const [taken, free] = await answersTo(site, probe, ['taken.txt', 'frees.txt'])
    expect(taken).toEqual(free)
    // oxlint-disable-next-line no-await-in-loop -- The file lies there in NFD, and the answer must not spell it so.
    const [composed, other] = await answersTo(site, probe, [NFC, NFC.replace('caf', 'tea')])
    expect(composed).toEqual(other)
  }
  expect(await site.everyFile()).toEqual([NFD, 'taken.png', 'taken.txt'].toSorted())
})

test.each([['fetch'], ['list']] as const)(
  'a client that may %s, too, is told of a taken name before it sends',
  async (action) => {
    await using site = await siteFor('upload', action)
    const { status, body } = await site.ask(`PUT /taken.txt ${HEAD}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`)
    expect([status, JSON.parse(body.toString()).code]).toEqual([409, 'name-taken'])
    const conditional = await site.ask(`PUT /taken.txt ${HEAD}If-None-Match: *\r\nContent-Length: 1\r\n\r\nx`)
    expect(conditional.status).toBe(412)
  },
)
