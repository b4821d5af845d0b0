import { deepEqual, equal, ok } from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { fetchHandler } from '../../src/adapters/fetch/fetch-handler.ts'
import { isUploadError } from '../../src/errors/upload-error.ts'
import { openFilesIn } from '../../src/file/fixtures/open-files.ts'
import { isFromBrowser } from '../../src/http/from-browser.ts'
import { receive } from '../../src/receive/receive.ts'
import { mutated, mutations } from './multipart-body.ts'
import { fuzzTarget } from './target.ts'
import type { Target } from './target.ts'
import { eventually, filesOf, UploadFolder } from './upload-folder.ts'
import type { SeenRequest } from './upload-folder.ts'
import { requestParts } from './wire-text.ts'
import type { RequestParts } from './wire-text.ts'

interface Case {
  readonly parts: RequestParts
  readonly slices: readonly number[]
  /** After how many bytes the connection is lost; `undefined` for never. */
  readonly lostAfter: number | undefined
}

const cases: fc.Arbitrary<Case> = fc.record({
  parts: fc
    .tuple(requestParts, fc.oneof(fc.constant([]), mutations(['\r\n', '--', '\0', '--Good', ';'], 2)))
    .map(([parts, changes]) => ({ ...parts, body: parts.body && mutated(parts.body, changes) })),
  slices: fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 4 }),
  lostAfter: fc.option(fc.nat({ max: 3000 }), { freq: 4, nil: undefined }),
})

export const fetchRequests: Target = fuzzTarget<Case>({
  name: 'fetch-requests',
  promise: 'over Fetch are never answered by a failure, leave exactly the files that are told of, and receive() agrees',
  cases,
  slow: true,
  async open() {
    const folder = await UploadFolder.open()
    const temporaryFolder = await mkdtemp(join(tmpdir(), 'fuzz-receive-'))
    const listener = fetchHandler(folder.handler)
    return {
      async check(one) {
        const request = toRequest(one)
        // Requests that no client can send through Fetch belong to another target.
        if (request === undefined) return
        await folder.restore()
        const response = await listener(request)
        const answer = { status: response.status, body: Buffer.from(await response.arrayBuffer()) }
        await folder.check([{ request: toSeen(one), answer }])
        await checkReceive(one, temporaryFolder)
      },
      async close() {
        await folder.close()
        await rm(temporaryFolder, { recursive: true })
      },
    }
  },
})

/** The first level: fields and files of a form, without a set. */
async function checkReceive(one: Case, temporaryFolder: string): Promise<void> {
  const request = toRequest(one)
  if (request === undefined || one.parts.method !== 'POST') return
  const seen = toSeen(one)
  try {
    await using upload = await receive(request, { temporaryFolder, memoryLimit: 100, maxFiles: 100 })
    ok(seen.isWhole, 'a form only for all of the body')
    const files = [...upload.files].map(([, file]) => file).filter(({ name }) => name !== '')
    const expected = isMultipart(seen) ? filesOf(seen) : []
    const bytes = await Promise.all(files.map(async (file) => Buffer.from(await file.bytes())))
    deepEqual(
      bytes,
      expected?.map((file) => file.bytes),
    )
    for (const [index, { name }] of files.entries()) equal(name, expected?.[index]?.filename ?? name)
  } catch (error) {
    // Every code: a refusal is an answer.
    if (!isUploadError(error)) throw error
    ok(error.status < 500, error.code)
  }
  equal((await readdir(temporaryFolder)).length, 0, 'no temporary file has a name')
  await eventually(() => process.platform !== 'linux' || openFilesIn(temporaryFolder).length === 0, 'none is open')
}

function toRequest({ parts: { method, target, headers, body }, slices, lostAfter }: Case): Request | undefined {
  const init: RequestInit & { duplex?: 'half' } = { method, headers: headers.map(([name, value]) => [name, value]) }
  if (body !== undefined && method !== 'GET' && method !== 'HEAD') {
    init.body = toStream(Buffer.from(body, 'latin1'), slices, lostAfter)
    init.duplex = 'half'
  }
  try {
    return new Request(`http://localhost${target === '*' ? '/*' : target}`, init)
  } catch {
    // A TypeError, for a header or method that Fetch forbids.
    return undefined
  }
}

function toStream(bytes: Buffer, slices: readonly number[], lostAfter: number = Infinity): ReadableStream<Uint8Array> {
  let at = 0
  let turn = 0
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) {
        controller.close()
      } else if (at >= lostAfter) {
        controller.error(new TypeError('terminated'))
      } else {
        const end = at + (slices[turn % slices.length] ?? 1)
        controller.enqueue(new Uint8Array(bytes.subarray(at, end)))
        at = end
        turn += 1
      }
    },
  })
}

function toSeen({ parts: { method, target, headers, body = '' }, slices, lostAfter = Infinity }: Case): SeenRequest {
  const valuesOf = (wanted: string): string[] =>
    headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value)
  const types = valuesOf('content-type')
  let [at, turn] = [0, 0]
  while (at < body.length && at < lostAfter) at += slices[turn++ % slices.length] ?? 1
  return {
    method,
    url: target,
    contentType: types.length === 0 ? undefined : types.join(', '),
    fromBrowser: isFromBrowser({ header: (name) => valuesOf(name)[0] }),
    isWhole: at >= body.length,
    body: Buffer.from(body, 'latin1'),
  }
}

function isMultipart({ contentType = '' }: SeenRequest): boolean {
  return /^\s*multipart\/form-data\b/i.test(contentType)
}
