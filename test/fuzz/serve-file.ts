import { deepEqual, equal } from 'node:assert/strict'
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { isUploadError } from '../../src/errors/upload-error.ts'
import { openFilesIn } from '../../src/file/fixtures/open-files.ts'
import type { Outgoing } from '../../src/http/outgoing.ts'
import { serveFile } from '../../src/serve/serve-file.ts'
import { diskStorage } from '../../src/storage/disk/disk-storage.ts'
import { referenceAnswer } from './reference-answer.ts'
import type { Answer } from './reference-answer.ts'
import { fuzzTarget } from './target.ts'
import type { Target } from './target.ts'

interface Case {
  readonly method: 'GET' | 'HEAD'
  readonly size: number
  /** By name; `ETAG`, `OTHER` and dates stand for themselves until the file is there. */
  readonly headers: Readonly<Record<string, string>>
}

/** When the files were written, in seconds since 1970. */
const WRITTEN = Date.UTC(2020, 1, 29, 12, 0, 0) / 1000
const SIZES = [0, 1, 2, 10, 100]

const numbers = fc.oneof(fc.nat({ max: 12 }), fc.constantFrom(99, 100, 101, 2 ** 53, '99999999999999999999', '007'))
const rangeSpecs = fc.oneof(
  fc.tuple(numbers, numbers).map(([first, last]) => `${first}-${last}`),
  numbers.map((first) => `${first}-`),
  numbers.map((length) => `-${length}`),
  // Most are well-formed, or several of them hardly ever would be.
  fc.tuple(fc.nat({ max: 8 }), fc.nat({ max: 3 })).map(([first, length]) => `${first}-${first + length}`),
  fc.tuple(fc.nat({ max: 8 }), fc.nat({ max: 3 })).map(([first, length]) => `${first}-${first + length}`),
  fc.constantFrom('', ' ', '-', '--1', '1--2', '+1-2', '0x1-2', 'a-b', '1-2-3', '１-2', '0-\t', '\t0-1 '),
)
const ranges = fc
  .tuple(
    fc.oneof(
      { weight: 9, arbitrary: fc.constant('bytes=') },
      { weight: 1, arbitrary: fc.constantFrom('Bytes=', 'bytes', 'bytes =', 'lines=', '=') },
    ),
    fc.array(rangeSpecs, { maxLength: 5 }),
    fc.constantFrom(',', ', ', ' , '),
  )
  .map(([unit, specs, comma]) => unit + specs.join(comma))

const tags = fc.constantFrom('ETAG', 'W/ETAG', 'OTHER', 'W/OTHER', '*', '"', 'w/ETAG', 'W/', '', '"a,b"', 'a', '"\xe9"')
const tagLists = fc
  .tuple(fc.array(tags, { maxLength: 4 }), fc.constantFrom(',', ', ', ' ,\t', ' '))
  .map(([list, comma]) => list.join(comma))

const dates = fc.oneof(
  fc.constantFrom(-86_400, -1, 0, 1, 86_400).map((offset) => new Date((WRITTEN + offset) * 1000).toUTCString()),
  fc.constantFrom('Saturday, 29-Feb-20 12:00:00 GMT', 'Sat Feb 29 12:00:00 2020', 'Sat, 29 Feb 2020 12:00:00 UTC'),
  fc.constantFrom('', '0', 'Sat, 30 Feb 2020 12:00:00 GMT', 'sat, 29 feb 2020 12:00:00 gmt'),
)

export const serveFileTarget: Target = fuzzTarget<Case>({
  name: 'serve-file',
  promise: 'answers ranges and conditions as a plain reading of RFC 9110 does, with exactly those bytes',
  cases: fc.record({
    method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD'),
    size: fc.constantFrom(...SIZES),
    headers: fc.oneof(
      ranges.map((range) => ({ range })),
      fc.record(
        {
          range: ranges,
          'if-match': tagLists,
          'if-none-match': tagLists,
          'if-modified-since': dates,
          'if-unmodified-since': dates,
          'if-range': fc.oneof(tags, dates),
        },
        { requiredKeys: [] },
      ),
    ),
  }),
  async open() {
    const folder = await mkdtemp(join(tmpdir(), 'fuzz-serve-'))
    for (const size of SIZES) {
      const path = join(folder, `${size}.txt`)
      await writeFile(path, contentOf(size))
      await utimes(path, WRITTEN, WRITTEN)
    }
    const storage = diskStorage(folder)
    return {
      async check({ method, size, headers }) {
        const file = await storage.open(`${size}.txt`)
        if (file === undefined) throw new Error('The file is gone')
        const etag = `"${file.entry.version}"`
        const sent = Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [
            name,
            value.replaceAll('ETAG', etag).replaceAll('OTHER', `"${file.entry.version}x"`),
          ]),
        )
        const actual = await answerOf(() => serveFile({ method, header: (name) => sent[name] }, file))
        const expected = referenceAnswer({ method, headers: sent }, { bytes: contentOf(size), etag, written: WRITTEN })
        deepEqual(actual, expected)
      },
      async close() {
        await rm(folder, { recursive: true })
        if (process.platform === 'linux') equal(openFilesIn(folder).length, 0, 'no file stays open')
      },
    }
  },
})

function contentOf(size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, index) => (index * 7 + 1) % 251))
}

async function answerOf(serve: () => Promise<Outgoing>): Promise<Answer> {
  try {
    const { status, headers, body } = await serve()
    const isFile = status === 200 || status === 206
    const chunks: Uint8Array[] = []
    // A refusal brings its problem as text; a small file may come in one piece.
    if (body instanceof Uint8Array) {
      if (isFile) chunks.push(body)
    } else if (body !== undefined && typeof body !== 'string') {
      for await (const chunk of body) chunks.push(chunk)
    }
    return {
      status,
      range: headers['content-range'],
      length: isFile ? headers['content-length'] : undefined,
      bytes: Buffer.concat(chunks),
    }
  } catch (error) {
    if (isUploadError(error) && error.code === 'precondition-failed') return { ...NOTHING, status: error.status }
    throw error
  }
}

const NOTHING = { range: undefined, length: undefined, bytes: Buffer.alloc(0) }
