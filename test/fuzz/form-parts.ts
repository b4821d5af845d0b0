import { deepEqual, equal } from 'node:assert/strict'
import fc from 'fast-check'
import { isUploadError } from '../../src/errors/upload-error.ts'
import { at, whole } from '../../src/multipart/testing/outcome.ts'
import type { Cut } from '../../src/multipart/testing/outcome.ts'
import type { ReceiveLimitOptions } from '../../src/receive/form-limits.ts'
import type { Part } from '../../src/receive/part.ts'
import { parts } from '../../src/receive/parts.ts'
import { receive } from '../../src/receive/receive.ts'
import { multipartCases } from './multipart-body.ts'
import type { MultipartCase } from './multipart-body.ts'
import { fuzzTarget } from './target.ts'
import type { Target } from './target.ts'

/** Also one that a mutation has made. */
const UNKNOWN_CHARSET = /charset=(?!(?:utf-8|iso-8859-1)\r)/i

/** The use of a part: all of it is read, its beginning only, or nothing. */
type Reading = 'all' | 'beginning' | 'nothing'

interface Case extends MultipartCase {
  readonly limits: ReceiveLimitOptions
  /** By turns; the last goes on for ever. */
  readonly readings: readonly Reading[]
}

const limits: fc.Arbitrary<ReceiveLimitOptions> = fc.oneof(
  fc.constant({}),
  fc.record({ maxFileSize: fc.nat({ max: 20 }) }),
  fc.record({ maxFieldSize: fc.nat({ max: 10 }) }),
  fc.record({ maxFieldsSize: fc.nat({ max: 30 }), maxFields: fc.nat({ max: 3 }), maxFiles: fc.nat({ max: 3 }) }),
)

/** Parts as plain text, and the code of the refusal, if there was one. */
interface Outcome {
  readonly told: string[]
  readonly code: string | undefined
}

export const formParts: Target = fuzzTarget<Case>({
  name: 'form-parts',
  promise:
    'are those of receive(), or come to the same refusal, however the body is cut and whatever is not read of them',
  cases: fc
    .tuple(
      multipartCases,
      limits,
      fc.array(fc.constantFrom<Reading[]>('all', 'beginning', 'nothing'), { minLength: 1, maxLength: 4 }),
    )
    .map(([one, limit, readings]) => ({ ...one, limits: limit, readings })),
  open: () => ({
    async check(one) {
      const expected = await received(one)
      const all = await loop(one, whole, ['all'])
      equal(all.code, expected.code)
      // There a charset that is named at the end counts for the fields before it.
      if (expected.code === undefined && !one.body.includes('_charset_')) {
        deepEqual(all.told.toSorted(), expected.told.toSorted())
      }
      deepEqual(await loop(one, at(...one.cuts), ['all']), all)
      const { told, code } = await loop(one, at(...one.cuts), one.readings)
      equal(told.length, all.told.length)
      // An unread part is not decoded.
      if (!UNKNOWN_CHARSET.test(one.body)) equal(code, all.code)
    },
  }),
})

async function received(one: Case): Promise<Outcome> {
  try {
    await using upload = await receive(toRequest(one, whole), one.limits)
    const told = [...upload.fields].map((field) => JSON.stringify(field))
    for (const file of upload.files.values()) {
      // oxlint-disable-next-line no-await-in-loop
      told.push(JSON.stringify([file.field, file.name, file.type, toText(await file.bytes())]))
    }
    return { told, code: undefined }
  } catch (error) {
    return { told: [], code: codeOf(error) }
  }
}

async function loop(one: Case, cut: Cut, readings: readonly Reading[]): Promise<Outcome> {
  const told: string[] = []
  // A field of an unknown charset does not end the loop, while `receive` decodes when all has come.
  let undecoded: string | undefined
  try {
    for await (const part of parts(toRequest(one, cut), one.limits)) {
      const reading = readings[Math.min(told.length, readings.length - 1)]
      const text = await read(part, reading).catch((error: unknown) => {
        undecoded ??= codeOf(error)
        return ''
      })
      told.push(text)
    }
    return { told, code: undecoded }
  } catch (error) {
    return { told, code: codeOf(error) }
  }
}

async function read(part: Part, reading: Reading | undefined): Promise<string> {
  if (reading === 'beginning') await part.stream().getReader().read()
  if (reading !== 'all') return ''
  if (part.kind === 'field') return JSON.stringify([part.field, await part.text()])
  return JSON.stringify([part.field, part.name, part.type, toText(await part.bytes())])
}

function toRequest({ boundary, body }: MultipartCase, cut: Cut): Request {
  const chunks = [...cut(Buffer.from(body, 'latin1'))].filter(({ length }) => length > 0)
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = chunks.shift()
      if (chunk === undefined) controller.close()
      else controller.enqueue(new Uint8Array(chunk))
    },
  })
  const headers = { 'content-type': `multipart/form-data; boundary="${boundary}"` }
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body: stream, duplex: 'half' }
  return new Request('http://localhost', init)
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}

/** Of every refusal: which one it is is the outcome. */
function codeOf(error: unknown): string {
  if (!isUploadError(error)) throw error
  return error.code
}
