import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serve, temporaryFolder } from '../cli/decant-process.ts'
import type { DecantProcess } from '../cli/decant-process.ts'
import { INSTALL_MS } from '../npm.ts'
import { CLIENT_PROGRAMS, ClientFolder } from './client-programs.ts'
import { receiveServer, sha256 } from './receive-server.ts'
import type { ReceivedForm, ReceiveServer } from './receive-server.ts'
import type { SeenAnswer, SentFile, SentRequest } from './sent-request.ts'
import { SENT_NAMES } from './sent-names.ts'

// Clients as people use them, each in a process of its own, against `decant serve` and a route with `receive`.

const MAX_FILE_SIZE = 6 * 1024 ** 2
const MAX_BODY_SIZE = 16 * 1024 ** 2

const CONTENTS: Readonly<Record<string, Buffer<ArrayBuffer>>> = {
  'note.txt': Buffer.from('Grüße\r\n--\r\n'),
  'empty.txt': Buffer.alloc(0),
  // Line ends and dashes, as in a delimiter, at every distance from the ends of chunks.
  'large.bin': Buffer.alloc(5 * 1024 ** 2, '\r\n--\r\n----Boundary-\0\u00FF', 'latin1'),
  'too-large.bin': Buffer.alloc(MAX_FILE_SIZE + 2 * 1024 ** 2, 'x'),
  'beyond.bin': Buffer.alloc(MAX_BODY_SIZE + 4 * 1024 ** 2, 'x'),
}
const FIELDS = [
  ['title', 'naïve 日本 😀'],
  ['empty', ''],
  ['text', 'one\r\ntwo\r\n\r\n--three & "four"; 100%'],
  ['photo[0].alt', 'a+b=c'],
] as const
const ALL_FIELDS = [...FIELDS, ['größe "日本"', '1']] as const

let clients: ClientFolder
let sources: string
const folder = temporaryFolder()

beforeAll(async () => {
  clients = await ClientFolder.create()
  sources = join(folder.path, 'sources')
  await mkdir(sources)
  await Promise.all(Object.entries(CONTENTS).map(([name, bytes]) => writeFile(join(sources, name), bytes)))
  await Promise.all(SENT_NAMES.map((_, index) => writeFile(join(sources, `${index}`), `file ${index}`)))
}, INSTALL_MS)

afterAll(async () => {
  await clients[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

for (const client of CLIENT_PROGRAMS) {
  describe.skipIf(client.command === undefined)(client.name, () => {
    let uploads: string
    let decant: DecantProcess
    let route: ReceiveServer

    beforeAll(async () => {
      uploads = join(folder.path, client.name)
      decant = await serve(uploads, ['--max-file-size', `${MAX_FILE_SIZE}`, '--max-body-size', `${MAX_BODY_SIZE}`])
      route = await receiveServer(MAX_FILE_SIZE)
    })

    afterAll(async () => {
      await decant[Symbol.asyncDispose]()
      await route[Symbol.asyncDispose]()
    })

    const fields = client.hasAsciiFieldsOnly === true ? FIELDS : ALL_FIELDS
    const send = async (...requests: SentRequest[]): Promise<readonly SeenAnswer[]> =>
      await clients.send(client, requests)
    /** In one session, unless the client breaks it after an early answer. */
    const sendOn = async (...requests: SentRequest[]): Promise<readonly SeenAnswer[]> => {
      if (client.breaksItsSession !== true) return await send(...requests)
      const answers = await Promise.all(requests.map(async (request) => await send(request)))
      return answers.flat()
    }
    const postForm = (files: readonly SentFile[], url = `${decant.ready.url}/uploads`): SentRequest => ({
      method: 'POST',
      url,
      fields,
      files,
    })
    const put = (name: string, content: string): SentRequest => ({
      method: 'PUT',
      url: `${decant.ready.url}/uploads/${encodeURIComponent(name)}`,
      headers: { 'content-type': 'application/octet-stream' },
      body: join(sources, content),
    })
    const stored = async (key: string): Promise<string> => sha256(await readFile(join(uploads, key)))

    test('sends an urlencoded form, and `receive` has its fields', async () => {
      const [answer] = await send({ method: 'POST', url: route.url, fields: ALL_FIELDS })
      expect(answer).toMatchObject({ status: 200 })
      expect(received(answer)).toEqual({ fields: ALL_FIELDS, files: [] })
    })

    test.skipIf(client.hasNoForms)('sends fields and files, and `receive` has each of them', async () => {
      const files = [file('note.txt'), file('empty.txt'), file('large.bin', 'other')]
      const [answer] = await send(postForm(files, route.url))
      expect(answer).toMatchObject({ status: 200 })
      expect(received(answer)).toEqual({
        fields,
        files: files.map(({ field, filename, type }) => ({ field, name: filename, type, sha256: digestOf(filename) })),
      })
    })

    test.skipIf(client.hasNoForms)('sends fields and files, and `decant serve` stores the files', async () => {
      const files = [file('note.txt'), file('empty.txt'), file('large.bin', 'other')]
      const [answer] = await send(postForm(files))
      expect(answer).toMatchObject({ status: 201 })
      expect(JSON.parse(answer?.text ?? '')).toMatchObject({
        fields,
        files: files.map(({ field, filename }) => ({
          field,
          filename,
          key: filename,
          size: CONTENTS[filename]?.length,
        })),
      })
      for (const { filename } of files) expect(await stored(filename)).toBe(digestOf(filename))
    })

    test.skipIf(client.hasNoForms)('sends filenames of every script, and `receive` has them', async () => {
      const [answer] = await send(postForm(namedFiles(), route.url))
      expect(answer).toMatchObject({ status: 200 })
      expect(received(answer).files.map(({ name }) => name)).toEqual(SENT_NAMES.map(({ filename }) => filename))
    })

    test.skipIf(client.hasNoForms)('sends filenames of every script, and `decant serve` gives keys', async () => {
      const [answer] = await send(postForm(namedFiles()))
      expect(answer).toMatchObject({ status: 201 })
      const { files }: { files: readonly SentNameSeen[] } = JSON.parse(answer?.text ?? '')
      expect(files.map(({ filename, key }) => ({ filename, key }))).toEqual(
        SENT_NAMES.map(({ filename, key }) => ({ filename, key })),
      )
      for (const [index, { key }] of SENT_NAMES.entries()) {
        expect(await readFile(join(uploads, key), 'utf8')).toBe(`file ${index}`)
      }
    })

    test('sends a file as the whole body by PUT, and `decant serve` stores it', async () => {
      const contents = ['note.txt', 'empty.txt', 'large.bin']
      const answers = await send(...contents.map((content) => put(`put-${content}`, content)))
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
      for (const content of contents) expect(await stored(`put-${content}`)).toBe(digestOf(content))
    })

    test('sends a file as the whole body by POST, and `decant serve` stores it under the name of the header', async () => {
      const [answer] = await send({
        method: 'POST',
        url: `${decant.ready.url}/uploads`,
        headers: {
          'content-type': 'text/plain',
          'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent('post-ä.txt')}`,
        },
        body: join(sources, 'note.txt'),
      })
      expect(answer).toMatchObject({ status: 201 })
      expect(await stored('post-ä.txt')).toBe(digestOf('note.txt'))
    })

    test('sends names of every script by PUT: `decant serve` takes them, or refuses those that it would change', async () => {
      const answers = await send(...SENT_NAMES.map(({ filename }) => put(`put ${filename}`, 'note.txt')))
      expect(answers.map(({ status }, index) => [SENT_NAMES[index]?.filename, status])).toEqual(
        SENT_NAMES.map(({ filename, isRefused }) => [filename, isRefused === true ? 400 : 201]),
      )
      const keys = SENT_NAMES.filter(({ isRefused }) => isRefused !== true).map(({ key }) => `put ${key}`)
      const names = (await readdir(uploads)).filter((name) => name.startsWith('put '))
      expect(names.toSorted()).toEqual(keys.toSorted())
    })

    test.skipIf(client.hasNoForms)('sees why a form is too large, and its next form is stored', async () => {
      const [tooLarge, beyond, next] = await sendOn(
        postForm([file('too-large.bin')]),
        postForm([file('beyond.bin')]),
        postForm([{ ...file('note.txt'), filename: 'next.txt' }]),
      )
      expect([tooLarge?.status, codeOf(tooLarge)]).toEqual([413, 'file-too-large'])
      expect([beyond?.status, codeOf(beyond)]).toEqual([413, expect.stringMatching(/^(?:file|body)-too-large$/)])
      expect(next).toMatchObject({ status: 201 })
      expect(await readdir(uploads)).not.toContain('too-large.bin')
    })

    test('sees why a body is too large, and its next body is stored', async () => {
      const [tooLarge, next] = await sendOn(put('too-large.bin', 'too-large.bin'), put('put-next.txt', 'note.txt'))
      expect([tooLarge?.status, codeOf(tooLarge)]).toEqual([413, 'file-too-large'])
      expect(next).toMatchObject({ status: 201 })
      expect(await readdir(uploads)).not.toContain('too-large.bin')
    })

    test.skipIf(client.hasNoSession)('sends one form after the other on the same connection', async () => {
      const before = route.connections()
      const form: SentRequest = { method: 'POST', url: route.url, fields: FIELDS }
      const forms = client.hasNoForms ? [form, form] : [form, postForm([file('large.bin')], route.url), form]
      const answers = await send(...forms, form)
      expect(answers.map(({ status }) => status)).toEqual([...forms, form].map(() => 200))
      expect(route.connections() - before).toBe(1)
    })
  })
}

interface SentNameSeen {
  readonly filename: string
  readonly key: string
}

function file(filename: string, field = 'file'): SentFile {
  const type = filename.endsWith('.txt') ? 'text/plain' : 'application/octet-stream'
  return { field, filename, type, path: join(sources, filename) }
}

function namedFiles(): SentFile[] {
  return SENT_NAMES.map(({ filename }, index) => ({ ...file(filename), path: join(sources, `${index}`) }))
}

function digestOf(content: string): string {
  return sha256(CONTENTS[content] ?? Buffer.alloc(0))
}

function received(answer: SeenAnswer | undefined): ReceivedForm {
  return JSON.parse(answer?.text ?? '')
}

function codeOf(answer: SeenAnswer | undefined): unknown {
  return JSON.parse(answer?.text || '{}').code
}
