import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { signedLinks } from '../../src/access/signed-links.ts'
import { fetchHandler } from '../../src/adapters/fetch/fetch-handler.ts'
import { folderOf } from '../../src/policy/folder-of.ts'
import { uploadSet } from '../../src/policy/upload-set.ts'
import type { UploadSet } from '../../src/policy/upload-set.ts'
import { diskStorage } from '../../src/storage/disk/disk-storage.ts'
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { uploadHandler } from '../../src/handler/upload-handler.ts'

// Two users send requests at random. There is a second world without one of them. All answers to the other user must be
// the same in both, so that no answer depends on files of another user.

type User = 'Ann' | 'ann'

/** A request, whose ETag, cursor and link are those of earlier answers in its world. */
interface Step {
  readonly user: User
  readonly method: string
  readonly path: string
  readonly query: string
  readonly condition: string | undefined
  readonly form: boolean
  /** The name of the file of a POST. */
  readonly name: string
}

/** Names that meet on file systems that fold case or normal forms, and paths that try to leave the folder. */
const NAMES = ['a.txt', 'A.txt', 'caf%C3%A9.txt', 'cafe%CC%81.txt', 'b.txt', 'b.txt%20', 'a', '%61.txt']
const FOLDERS = ['', 'ann/', '=41nn/', 'Ann/', '../ann/', '..%2Fann/', '%2e%2e/=41nn/', './', '.decant/', 'ann%2F', '/']
/** Names of posted files, with folders that a set may keep. */
const PATHS = [
  'b/a.txt',
  'b/c/a.txt',
  'b',
  'a.txt/b.txt',
  '../ann/a.txt',
  '../=41nn/a.txt',
  '/ann/a.txt',
  'ann/../../ann/a',
  '..\\ann\\a.txt',
]
const QUERIES = [
  '',
  'download',
  'limit=1',
  'limit=1&order=name',
  'CURSOR',
  'order=name&cursor=name%3A..%2Fann%2Fa',
  'order=name&cursor=name%3A%3D41nn%2Fa.txt',
  'order=newest&cursor=newest%3A0%3Aann%2Fa.txt',
  'scope=ann',
  'scope=%3D41nn',
  'scope=..%2Fann',
  'folder=ann',
  'folder=%3D41nn',
  'folder=..%2Fann',
  'folder=a.txt',
  'folder=b&limit=1&order=name',
  'folder=b&order=name&CURSOR',
  'LINK',
  'LINK&scope=%3D41nn',
]

const step: fc.Arbitrary<Step> = fc.record({
  user: fc.constantFrom<User>('Ann', 'ann'),
  method: fc.constantFrom('GET', 'GET', 'HEAD', 'PUT', 'PUT', 'POST', 'POST', 'DELETE', 'OPTIONS'),
  path: fc.oneof(
    { weight: 2, arbitrary: fc.constant('') },
    { weight: 5, arbitrary: fc.constantFrom(...NAMES) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.constantFrom(...FOLDERS), fc.constantFrom(...NAMES)).map((parts) => parts.join('')),
    },
  ),
  query: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, fc.constantFrom(...QUERIES)),
  condition: fc.option(fc.constantFrom('if-match', 'if-none-match'), { nil: undefined, freq: 4 }),
  form: fc.boolean(),
  name: fc.oneof({ weight: 2, arbitrary: fc.constant('a.txt') }, fc.constantFrom(...PATHS)),
})

/** The folder above both scopes. No client sends this word, so an answer that has it tells a scope. */
const ABOVE = 'above-all'

/** A handler for both users, and the last ETag, cursor and link that one of them has seen. */
class World {
  readonly set: UploadSet
  readonly #handle: (request: Request) => Promise<Response>
  readonly #seen = new Map<string, string>()

  constructor(storage: Storage, folders: 'keep' | 'drop') {
    this.set = uploadSet('files', { storage, extensions: ['txt', 'TXT', ''], folders })
    const links = signedLinks({ secret: 'x'.repeat(32) })
    const handler = uploadHandler(this.set, {
      base: '/files',
      listing: true,
      deletion: true,
      links,
      context: (request: Request) => ({ user: request.headers.get('x-user') ?? '' }),
      scope: ({ context }) => `${ABOVE}/${folderOf(context.user)}`,
      stored: async (files, { scope, transaction }) => {
        const [file] = files
        if (file?.key.startsWith(`${scope}/`) !== true) throw new Error(`${file?.key} is not in ${scope}.`)
        return (await transaction.bytes(file)).length
      },
    })
    this.#handle = fetchHandler(handler)
  }

  /** The answer as the user sees it, without what differs from one run to the next. */
  async send({ user, method, path, query, condition, form, name }: Step): Promise<unknown> {
    const seen = (what: string, otherwise: string): string => this.#seen.get(`${user} ${what}`) ?? otherwise
    const url = new URL(`http://localhost/files/${path}`)
    url.search = query
      .replace('CURSOR', `cursor=${encodeURIComponent(seen('cursor', 'none'))}`)
      .replace('LINK', 'expires=9999999999&signature=AAAA')
    // Files of one millisecond have another order by time in each world.
    if (method === 'GET' && !query.includes('order=')) url.searchParams.set('order', 'name')
    const headers = new Headers({ 'x-user': user })
    if (condition !== undefined) headers.set(condition, seen('etag', '"none"'))
    const hasBody = method === 'PUT' || method === 'POST'
    const words = `the words of ${user}`
    if (hasBody && form) headers.set('content-type', 'multipart/form-data; boundary=b')
    else if (hasBody) headers.set('content-disposition', `attachment; filename="${name.replaceAll('\\', '\\\\')}"`)
    const body = hasBody ? (form ? toForm(words, name) : words) : null
    const answer = await this.#handle(new Request(url, { method, headers, body }))
    const text = await answer.text()
    const etag = answer.headers.get('etag')
    if (etag !== null) this.#seen.set(`${user} etag`, etag)
    const [, cursor] = /[?&]cursor=([^"&]*)/.exec(text) ?? []
    if (cursor !== undefined) this.#seen.set(`${user} cursor`, decodeURIComponent(cursor))
    const told = JSON.stringify([answer.status, [...answer.headers], text])
    if (told.includes(ABOVE)) throw new Error(`This tells a scope: ${told}`)
    return told
      .replaceAll(/\["etag","[^\]]*\]/g, '')
      .replaceAll(/\["last-modified","[^\]]*\]/g, '')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]*Z/g, 'TIME')
      .replaceAll(/newest%3A\d+/g, 'TIME')
  }
}

/** A form whose boundary is the same in both worlds. */
function toForm(text: string, name: string): string {
  return `--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n${text}\r\n--b--\r\n`
}

async function runInBoth({ steps, lonely, folders }: Run, storages: readonly [Storage, Storage]): Promise<void> {
  const [both, one] = storages.map((storage) => new World(storage, folders))
  if (both === undefined || one === undefined) return
  for (const each of steps) {
    // oxlint-disable-next-line no-await-in-loop -- One after the other.
    const answer = await both.send(each)
    // oxlint-disable-next-line no-await-in-loop
    if (each.user === lonely) expect(answer).toBe(await one.send(each))
  }
  for (const { set } of [both, one]) {
    // oxlint-disable-next-line no-await-in-loop
    const { files } = await set.list({ limit: 1000 })
    expect(files.filter(({ key }) => !/^above-all\/(?:ann|=41nn)\//.test(key))).toEqual([])
  }
}

interface Run {
  readonly steps: readonly Step[]
  /** The user in both worlds. */
  readonly lonely: User
  readonly folders: 'keep' | 'drop'
}

const run = (folders: 'keep' | 'drop'): fc.Arbitrary<Run> =>
  fc.record({
    steps: fc.array(step, { minLength: 100, maxLength: 100, size: 'max' }),
    lonely: fc.constantFrom<User>('Ann', 'ann'),
    folders: fc.constant(folders),
  })

/** How many sequences of 100 requests are sent to a set that does so with folders. */
const RUNS = [
  ['keep', 50, 5],
  ['drop', 50, 5],
] as const

describe.each(RUNS)('with folders: %s,', (folders, inMemory, onDisk) => {
  test('no answer to one of two users depends on files of the other, in 5,000 random requests in memory', async () => {
    await fc.assert(
      fc.asyncProperty(run(folders), (each) => runInBoth(each, [memoryStorage(), memoryStorage()])),
      { numRuns: inMemory, endOnFailure: true },
    )
  })

  test('no answer to one of two users depends on files of the other, in 500 random requests on the disk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'two-users-'))
    let count = 0
    const next = (): Storage => diskStorage(join(folder, String(count++)))
    try {
      await fc.assert(
        fc.asyncProperty(run(folders), (each) => runInBoth(each, [next(), next()])),
        { numRuns: onDisk, endOnFailure: true },
      )
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
