import { describe, expect, test } from 'vitest'
import { uploadForm } from '../form/upload-form.ts'
import { fromFetchRequest } from '../http/fetch-request.ts'
import { memorySet, read } from '../policy/fixtures/sets.ts'
import { receiveForm } from '../protocols/form/form-protocol.ts'
import { rawRequest } from './fixtures/form-body.ts'
import { chunkedRequest } from './fixtures/part-account.ts'
import { toFormLimits } from './form-limits.ts'
import { parts } from './parts.ts'
import { receive } from './receive.ts'

const TYPE = 'multipart/form-data; boundary=X'

function part(parameters: string, content: string): string {
  return `--X\r\nContent-Disposition: form-data; ${parameters}\r\n\r\n${content}\r\n`
}

const TITLE = part('name="title"', 'T')
const PHOTO = part('name="photo"; filename="a.txt"', 'photo')
const EMPTY = part('name="avatar"; filename=""', '')
const UNNAMED = part('name="avatar"; filename=""', 'bytes')

/** Byte by byte, and in one piece. */
function requests(body: string): Request[] {
  const bytes = new TextEncoder().encode(`${body}--X--\r\n`)
  const single = Array.from(bytes, (byte) => Uint8Array.of(byte))
  return [rawRequest(bytes, TYPE), chunkedRequest(single, TYPE)]
}

/** The loop of the guide. */
async function loop(request: Request, set = memorySet()): Promise<{ fields: Map<string, string>; stored: string[] }> {
  const fields = new Map<string, string>()
  const stored: string[] = []
  for await (const each of parts(request)) {
    if (each.kind === 'field') fields.set(each.field, await each.text())
    else if (each.name !== '') {
      const { key } = await set.save(each)
      stored.push(Buffer.from(await read(set, key)).toString())
    }
  }
  return { fields, stored }
}

describe('bytes under an empty filename are malformed', () => {
  const set = memorySet()
  test.each([
    ['`parts`, whose parts are read', (request: Request) => loop(request)],
    [
      '`parts`, whose parts are not read',
      async (request: Request) => {
        for await (const each of parts(request)) expect(each.field).toMatch(/^(?:title|photo|avatar)$/)
      },
    ],
    ['`receive`', (request: Request) => receive(request)],
    ['`uploadForm`', (request: Request) => uploadForm({ avatar: set.one() }).receive(request)],
    [
      '`uploadForm`, which ignores them',
      (request: Request) => uploadForm({}, { unknownParts: 'ignore' }).receive(request),
    ],
    [
      'a handler',
      (request: Request) => receiveForm({ incoming: fromFetchRequest(request), set, limits: toFormLimits({}) }),
    ],
  ])('to %s', async (_, run) => {
    for (const request of requests(TITLE + PHOTO + UNNAMED + TITLE)) {
      await expect(run(request)).rejects.toMatchObject({
        code: 'malformed-body',
        status: 400,
        details: { reason: 'part 3, "avatar": it has bytes but an empty filename' },
      })
    }
    expect((await set.list()).files).toEqual([])
  })
})

describe('a loop over `parts` that skips files without a name', () => {
  test('sees every byte of a form that it reads to the end', async () => {
    for (const request of requests(EMPTY + TITLE + PHOTO + EMPTY)) {
      expect(await loop(request)).toEqual({ fields: new Map([['title', 'T']]), stored: ['photo'] })
    }
  })

  test.each([
    ['first', UNNAMED + PHOTO],
    ['last', PHOTO + UNNAMED],
    ['between inputs in which nothing was chosen', EMPTY + UNNAMED + EMPTY],
    ['with a single byte', part('name="avatar"; filename=""', '\n')],
    ['with an extended name that is empty', part(`name="avatar"; filename*=UTF-8''`, 'bytes')],
  ])('ends with an error if a part has bytes that it would skip: %s', async (_, body) => {
    for (const request of requests(body)) await expect(loop(request)).rejects.toMatchObject({ code: 'malformed-body' })
  })
})

test('the refusal names the malformed part by its field, without characters that would move the text', async () => {
  const name = `\u202E${'n'.repeat(200)}`
  const error: unknown = await receive(rawRequest(`${part(`name="${name}"; filename=""`, 'x')}--X--`, TYPE)).catch(
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({
    details: { reason: `part 1, "${'n'.repeat(79)}…": it has bytes but an empty filename` },
  })
})
