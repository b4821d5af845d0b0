import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { credentials, signedLinks, siteGuard } from '../../src/access.ts'
import { clamavCheck } from '../../src/clamav.ts'
import { diskStorage } from '../../src/disk.ts'
import { setsFromEnv } from '../../src/env.ts'
import { expressHandler, expressProblems } from '../../src/express.ts'
import { fastifyHandler } from '../../src/fastify.ts'
import { fetchHandler, fileResponse } from '../../src/fetch.ts'
import { list, uploadForm } from '../../src/form.ts'
import { uploadHandler } from '../../src/handler.ts'
import { honoHandler } from '../../src/hono.ts'
import { allExcept, parts, receive, uploadSet } from '../../src/index.ts'
import { koaHandler } from '../../src/koa.ts'
import { memoryStorage } from '../../src/memory.ts'
import { nestDecant } from '../../src/nest.ts'
import { nextHandlers } from '../../src/next.ts'
import { nodeHandler } from '../../src/node.ts'
import { fileServer } from '../../src/serve.ts'

// Calls that only JavaScript allows. Each has to fail at once, with a sentence that says what to do.

const storage = memoryStorage()
const photos = uploadSet('photos', { storage })
const handler = uploadHandler(photos)
const form = uploadForm({ title: z.string() })
const secret = 's'.repeat(32)
const request = (): Request => new Request('http://localhost/', { method: 'POST', body: new FormData() })
const ann = { name: 'ann', secret: 'correct', rights: ['upload'] }

type Call = readonly [call: string, run: () => unknown, sentence: string]

/** Calls a function as JavaScript does: with whatever it is given. */
function js(call: (...values: never[]) => unknown, ...values: readonly unknown[]): () => unknown {
  return () => Reflect.apply(call, undefined, values)
}

function method(target: object, name: string, ...values: readonly unknown[]): () => unknown {
  return () => {
    const call: unknown = Reflect.get(target, name)
    return typeof call === 'function' ? Reflect.apply(call, target, values) : undefined
  }
}

const CALLS: readonly Call[] = [
  [
    "uploadSet('photos')",
    js(uploadSet, 'photos'),
    'The options of the upload set "photos" must be an object; got undefined.',
  ],
  [
    'a set without a storage',
    js(uploadSet, 'photos', {}),
    `The upload set "photos" needs a storage, such as diskStorage('uploads'); got undefined.`,
  ],
  [
    "storage: 'uploads'",
    js(uploadSet, 'photos', { storage: 'uploads' }),
    `The upload set "photos" needs a storage, such as diskStorage('uploads'); got "uploads".`,
  ],
  ['uploadSet(7)', js(uploadSet, 7, { storage }), '7 cannot name an upload set: use letters, digits, "-" and "_".'],
  [
    "extensions: '*'",
    js(uploadSet, 'photos', { storage, extensions: '*' }),
    `"*" is not a list of extensions: use a list such as ['png', 'pdf'], a group such as IMAGES, or ALL for every extension.`,
  ],
  [
    "extensions: 'png'",
    js(uploadSet, 'photos', { storage, extensions: 'png' }),
    '"png" is not a list of extensions: write ["png"].',
  ],
  [
    "deny: 'svg'",
    js(uploadSet, 'photos', { storage, deny: 'svg' }),
    '"svg" is not a list of extensions: write ["svg"].',
  ],
  [
    'extensions: [/png/]',
    js(uploadSet, 'photos', { storage, extensions: [/png/] }),
    `an object is not a list of extensions: use a list such as ['png', 'pdf'], a group such as IMAGES, or ALL for every extension.`,
  ],
  ["allExcept('exe')", js(allExcept, 'exe'), '"exe" is not a list of extensions: write ["exe"].'],
  [
    'maxFilesize',
    js(uploadSet, 'photos', { storage, maxFilesize: 5 }),
    '"maxFilesize" is not an option of the upload set "photos". Did you mean "maxFileSize"?',
  ],
  [
    'an option that is unlike all others',
    js(memoryStorage, { folder: 'x' }),
    '"folder" is not an option of memoryStorage. Its options: maxSize.',
  ],
  [
    "maxFileSize: '16MB'",
    js(uploadSet, 'photos', { storage, maxFileSize: '16MB' }),
    '"maxFileSize" of the upload set "photos" must be a number of at least 0; got "16MB".',
  ],
  [
    "content: 'strict'",
    js(uploadSet, 'photos', { storage, content: 'strict' }),
    '"content" of the upload set "photos" must be "verify", "exact" or "trust"; got "strict".',
  ],
  [
    'one check that is not in an array',
    js(uploadSet, 'photos', { storage, checks: () => {} }),
    '"checks" of the upload set "photos" must be an array of functions; got a function.',
  ],
  [
    "naming: 'uuid'",
    js(uploadSet, 'photos', { storage, naming: 'uuid' }),
    '"naming" of the upload set "photos" must be "safe", "werkzeug", "unique" or a function; got "uuid".',
  ],
  [
    "digest: 'sha256'",
    js(uploadSet, 'photos', { storage, digest: 'sha256' }),
    '"digest" of the upload set "photos" must be "sha-256"; got "sha256".',
  ],
  [
    "save('cat.jpg')",
    method(photos, 'save', 'cat.jpg'),
    '"cat.jpg" cannot be saved: pass a file of receive, a File, a Blob, a stream or bytes. For a file on disk, pass createReadStream(path) with { name }.',
  ],
  [
    "save(file, 'folder')",
    method(photos, 'save', new File([''], 'a.txt'), 'folder'),
    'The options of save must be an object; got "folder".',
  ],
  [
    'save(file, { fileName })',
    method(photos, 'save', new File([''], 'a.txt'), { fileName: 'b.txt' }),
    '"fileName" is not an option of save. Did you mean "filename"?',
  ],
  [
    'save(stream)',
    method(photos, 'save', Readable.from(['a'])),
    'This source has no name. Write save(source, { name }).',
  ],
  [
    'delete(undefined)',
    method(photos, 'delete', undefined),
    'undefined is neither a stored file nor the key of one. Pass the result of save.',
  ],
  [
    'delete(key, { vesion })',
    method(photos, 'delete', 'a', { vesion: '1' }),
    '"vesion" is not an option of delete. Did you mean "version"?',
  ],
  [
    "list({ order: 'date' })",
    method(photos, 'list', { order: 'date' }),
    '"order" of list must be "name" or "newest"; got "date".',
  ],
  ["one('logos')", method(photos, 'one', 'logos'), 'The options of one must be an object; got "logos".'],
  ['many(3)', method(photos, 'many', 3), 'The options of many must be an object; got 3.'],
  [
    'many({ min: 3, max: 1 })',
    method(photos, 'many', { min: 3, max: 1 }),
    'many needs a whole number as "min", and a "max" of at least 1 that is not smaller than "min"; got min 3, max 1.',
  ],
  [
    'uploadForm(undefined)',
    js(uploadForm, undefined),
    'uploadForm needs an object of fields and files; got undefined.',
  ],
  [
    'uploadForm({ cover: photos })',
    js(uploadForm, { cover: photos }),
    '"cover" of the form is the upload set "photos" itself. Say how many files it takes: one(), optional() or many() of the set.',
  ],
  [
    'a set in a list',
    js(uploadForm, { items: list({ photo: z.string() }), covers: Reflect.apply(list, undefined, [photos]) }),
    '"covers" of the form is the upload set "photos" itself. Say how many files it takes: one(), optional() or many() of the set.',
  ],
  [
    "uploadForm({ title: 'string' })",
    js(uploadForm, { title: 'string' }),
    '"title" of the form must be a field (a Standard Schema, such as z.string()), files (photos.one()), a list or a group; got "string".',
  ],
  [
    'photos.one without a call',
    js(uploadForm, { cover: Reflect.get(photos, 'one') }),
    '"cover" of the form must be a field (a Standard Schema, such as z.string()), files (photos.one()), a list or a group; got a function.',
  ],
  [
    "unknownParts: 'ignored'",
    js(uploadForm, {}, { unknownParts: 'ignored' }),
    '"unknownParts" of uploadForm must be "refuse" or "ignore"; got "ignored".',
  ],
  ['keep: true', js(uploadForm, {}, { keep: true }), '"keep" of uploadForm must be an object; got true.'],
  [
    'form.receive(request, { timeout })',
    method(form, 'receive', request(), { timeout: 5 }),
    '"timeout" is not an option of form.receive. Its options: signal, scope.',
  ],
  ['list(schema, 5)', js(list, z.string(), 5), 'The options of list must be an object; got 5.'],
  [
    'receive(undefined)',
    js(receive, undefined),
    'This is neither a Fetch Request nor a Node IncomingMessage. Pass ctx.req in Koa, request in Express and Fastify, c.req in Hono.',
  ],
  [
    'receive(request, { limits })',
    js(receive, request(), { maxFileSzie: 5 }),
    '"maxFileSzie" is not an option of receive. Did you mean "maxFileSize"?',
  ],
  [
    "parts(request, { maxFiles: '5' })",
    js(parts, request(), { maxFiles: '5' }),
    '"maxFiles" of parts must be a number of at least 0; got "5".',
  ],
  [
    'file.save(path, { overwrites })',
    async () => {
      const body = new FormData()
      body.append('file', new File(['hello'], 'a.txt'))
      await using upload = await receive(new Request('http://localhost/', { method: 'POST', body }))
      await method(upload.files.required('file'), 'save', '/nowhere/a.txt', { overwrites: true })()
    },
    '"overwrites" is not an option of file.save. Did you mean "overwrite"?',
  ],
  [
    'uploadHandler()',
    js(uploadHandler),
    'uploadHandler needs an upload set, or several by their names; got undefined.',
  ],
  [
    'uploadHandler of a storage',
    js(uploadHandler, { photos: storage }),
    '"photos" of uploadHandler must be an upload set; got an object.',
  ],
  [
    'authorise',
    js(uploadHandler, photos, { authorise: () => false }),
    '"authorise" is not an option of uploadHandler. Did you mean "authorize"?',
  ],
  [
    'authorize: true',
    js(uploadHandler, photos, { authorize: true }),
    '"authorize" of uploadHandler must be a function; got true.',
  ],
  [
    "origins: '*'",
    js(uploadHandler, photos, { origins: '*' }),
    'origins must be a list such as ["https://app.example"], not "*".',
  ],
  ['diskStorage()', js(diskStorage), `diskStorage needs the path of a folder, such as 'uploads'; got undefined.`],
  [
    'diskStorage({ folder })',
    js(diskStorage, { folder: 'uploads' }),
    `diskStorage needs the path of a folder, such as 'uploads'; got an object.`,
  ],
  [
    'durrable',
    js(diskStorage, 'uploads', { durrable: true }),
    '"durrable" is not an option of diskStorage. Did you mean "durable"?',
  ],
  [
    "mode: '600'",
    js(diskStorage, 'uploads', { mode: '600' }),
    '"mode" of diskStorage must be permissions that let the process itself in, such as 0o600; got "600".',
  ],
  ['memoryStorage(64)', js(memoryStorage, 64), 'The options of memoryStorage must be an object; got 64.'],
  [
    'fileServer of a path',
    js(fileServer, { '/files': 'files' }),
    `The prefix "/files" needs a storage, such as diskStorage('uploads'); got "files".`,
  ],
  [
    'disalow',
    js(fileServer, { '/files': storage }, { disalow: '*.log' }),
    '"disalow" is not an option of fileServer. Did you mean "disallow"?',
  ],
  [
    'fileResponse of a path',
    js(fileResponse, request(), 'files/a.pdf'),
    `fileResponse needs a storage, such as diskStorage('uploads'); got "files/a.pdf".`,
  ],
  [
    'fileResponse with a misspelt disposition',
    js(fileResponse, request(), storage, 'a.pdf', { dispositon: 'attachment' }),
    '"dispositon" is not an option of fileResponse. Did you mean "disposition"?',
  ],
  [
    'siteGuard({ origin })',
    js(siteGuard, { origin: 'https://app.example' }),
    '"origin" is not an option of siteGuard. Did you mean "origins"?',
  ],
  ['signedLinks()', js(signedLinks), 'The options of signedLinks must be an object; got undefined.'],
  ['no secret', js(signedLinks, { secret: undefined }), 'A secret must be a string or bytes, not undefined.'],
  // A typed array of that length would be all zeros.
  ['secret: 64', js(signedLinks, { secret: 64 }), 'A secret must be a string or bytes, not number.'],
  [
    'expiresIn',
    js(signedLinks, { secret, expiresIn: 5 }),
    '"expiresIn" is not an option of signedLinks. Did you mean "expiresInMs"?',
  ],
  [
    'credentials of an object',
    js(credentials, { ann: 'correct' }),
    'credentials needs an array of { name, secret, rights }; got an object.',
  ],
  [
    'a credential with a password',
    js(credentials, [{ ...ann, password: 'hidden' }]),
    '"password" is not an option of a credential. Its options: name, secret, rights.',
  ],
  [
    "rights: 'upload'",
    js(credentials, [{ ...ann, rights: 'upload' }]),
    `"rights" of "ann" must be an array, such as ['upload']; got "upload".`,
  ],
  [
    "onUnavailable: 'allow'",
    js(clamavCheck, { onUnavailable: 'allow' }),
    '"onUnavailable" of clamavCheck must be "refuse" or "accept"; got "allow".',
  ],
  [
    'setsFromEnv with a misspelt limit',
    js(setsFromEnv, {}, { photos: { folder: 'x', maxFilesize: 5 } }),
    '"maxFilesize" is not an option of the upload set "photos". Did you mean "maxFileSize"?',
  ],
  ...Object.entries({
    nodeHandler,
    fetchHandler,
    expressHandler,
    koaHandler,
    fastifyHandler,
    honoHandler,
    nextHandlers,
  }).flatMap(([name, adapter]): Call[] => [
    [`${name}()`, js(adapter), `${name} needs a handler, such as uploadHandler(photos); got undefined.`],
    [
      `${name} of a set`,
      js(adapter, photos),
      `${name} needs a handler, such as uploadHandler(photos); got an upload set.`,
    ],
    [
      `${name} with a misspelt option`,
      js(adapter, handler, { drainLimit: {} }),
      `"drainLimit" is not an option of ${name}. Did you mean "drainLimits"?`,
    ],
  ]),
  [
    'trustProxy: true',
    js(nodeHandler, handler, { trustProxy: true }),
    'Proxies must be a list such as ["loopback"], not true.',
  ],
  [
    'a misspelt member of trustProxy',
    js(nodeHandler, handler, { trustProxy: { proxies: ['loopback'], headers: 'forwarded' } }),
    '"headers" is not an option of trustProxy. Did you mean "header"?',
  ],
  [
    'nestDecant of a set',
    js(nestDecant, {}, { '/photos': photos }),
    '"/photos" of nestDecant needs a handler, such as uploadHandler(photos); got an upload set.',
  ],
  [
    'expressProblems(function)',
    js(expressProblems, () => {}),
    'The options of expressProblems must be an object; got a function.',
  ],
]

describe('a call that only JavaScript allows is a TypeError that says what to do:', () => {
  test.each(CALLS)('%s', async (_call, run, sentence) => {
    // Some throw, and some reject.
    const error = await new Promise((resolve) => resolve(run())).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TypeError)
    expect(error instanceof Error && error.message).toBe(sentence)
  })
})

test('an option that is undefined counts as left out, whatever its name', () => {
  expect(() => js(uploadSet, 'photos', { storage, maxFileSize: undefined, other: undefined })()).not.toThrow()
})

test('a schema of arktype, which is a function, is a field', async () => {
  const { type } = await import('arktype')
  expect(() => uploadForm({ title: type('string') })).not.toThrow()
})

test('a schema without Standard Schema is refused, and not taken for a group of fields', () => {
  class OldSchema {
    readonly min = 1
  }
  expect(js(uploadForm, { title: new OldSchema() })).toThrow('got an object of another kind')
})

test('sets may be called as the members of a set are', () => {
  expect(() => uploadHandler({ draft: photos, storage: photos, name: photos })).not.toThrow()
})
