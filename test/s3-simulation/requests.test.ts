import { beforeEach, describe, expect, test } from 'vitest'
import { uploadHandler } from '../../src/handler.ts'
import { MiB, uploadSet } from '../../src/index.ts'
import type { UploadSet } from '../../src/index.ts'
import { fetchHandler } from '../../src/fetch.ts'
import { uploadForm } from '../../src/form.ts'
import { s3Storage } from '../../src/s3.ts'
import { EngineConnection, UNSIGNED } from './engine-connection.ts'
import { SimulatedEngine } from './simulated-engine.ts'

const PART = 8 * MiB
/** Bytes of a chunk from a network. */
const PIECE = 64 * 1024

let engine: SimulatedEngine
let set: UploadSet<'files'>

beforeEach(async () => {
  engine = new SimulatedEngine({ checksSignatures: false })
  const client = new EngineConnection(engine).client({ signer: UNSIGNED })
  const storage = s3Storage({ bucket: 'bucket', prefix: 'uploads', client })
  await storage.check()
  set = uploadSet('files', { storage, maxFileSize: 100 * MiB })
  engine.resetCounts()
})

/** The operations that are counted. */
const COUNTED = [
  'PutObject',
  'GetObject',
  'HeadObject',
  'CopyObject',
  'DeleteObject',
  'ListObjectsV2',
  'CreateMultipartUpload',
  'UploadPart',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
] as const

/** The requests since the last call, by their operations. */
function requests(): Readonly<Record<string, number>> {
  const counts = COUNTED.map((name) => [name, engine.count(name)] as const).filter(([, count]) => count > 0)
  engine.resetCounts()
  return Object.fromEntries(counts)
}

function textFile(size: number, name = 'a.txt'): File {
  return new File([new Uint8Array(size).fill(97)], name)
}

/** A form that comes in pieces, as from a network. */
function inPieces(form: FormData): Request {
  const { body, headers } = new Response(form)
  const cut = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      for (let start = 0; start < chunk.length; start += PIECE) controller.enqueue(chunk.slice(start, start + PIECE))
    },
  })
  const init = { method: 'POST', headers, body: body?.pipeThrough(cut) ?? null, duplex: 'half' }
  return new Request('http://localhost/', init)
}

describe('the requests that a bucket gets', () => {
  test('are one for a file of 10 KiB, also with a record and in a form', async () => {
    await set.save(textFile(10_240))
    expect(requests()).toEqual({ PutObject: 1 })
    await set.save(textFile(10_240, 'Ä "b".txt'))
    expect(requests()).toEqual({ PutObject: 1 })
    const form = new FormData()
    form.append('file', textFile(10_240))
    const answer = await fetchHandler(uploadHandler(set))(
      new Request('http://localhost/', { method: 'POST', body: form }),
    )
    expect(answer.status).toBe(201)
    expect(requests()).toEqual({ PutObject: 1 })
  })

  test('are two more than the parts of a file of 64 MiB, saved or in a form', async () => {
    const whole = { CreateMultipartUpload: 1, UploadPart: (64 * MiB) / PART, CompleteMultipartUpload: 1 }
    await set.save(textFile(64 * MiB))
    expect(requests()).toEqual(whole)
    const form = new FormData()
    form.append('file', textFile(64 * MiB))
    expect((await fetchHandler(uploadHandler(set))(inPieces(form))).status).toBe(201)
    expect(requests()).toEqual(whole)
  })

  test('are one for a file of exactly one part', async () => {
    await set.save(textFile(PART))
    expect(requests()).toEqual({ PutObject: 1 })
  })

  test('are those of a transaction for a form with a handler: draft, journal, verdict, copy and their removal', async () => {
    const form = uploadForm({ file: set.one() })
    const body = new FormData()
    body.append('file', textFile(10_240))
    await form.receive(new Request('http://localhost/', { method: 'POST', body }), async () => {})
    expect(requests()).toEqual({ PutObject: 3, HeadObject: 1, CopyObject: 1, DeleteObject: 3, ListObjectsV2: 1 })
  })

  test('are two for reading a file, and one for a client that has it already', async () => {
    const { key } = await set.save(textFile(10_240))
    const answer = fetchHandler(uploadHandler(set))
    requests()
    const first = await answer(new Request(`http://localhost/${key}`))
    await first.arrayBuffer()
    expect(requests()).toEqual({ HeadObject: 1, GetObject: 1 })
    const etag = first.headers.get('etag') ?? ''
    const second = await answer(new Request(`http://localhost/${key}`, { headers: { 'if-none-match': etag } }))
    expect(second.status).toBe(304)
    expect(requests()).toEqual({ HeadObject: 1 })
  })

  test('are lists alone for a page of the newest files, and a look at each file with a record', async () => {
    for (const folder of [undefined, 'ann']) {
      for (let number = 0; number < 5; number++) await set.save(textFile(1), folder === undefined ? {} : { folder })
    }
    requests()
    const own = await set.list({ folder: 'ann', order: 'newest', limit: 3 })
    expect(own.files).toHaveLength(3)
    expect(requests()).toEqual({ ListObjectsV2: 3 })
    await set.save(textFile(1, 'Ä "b".txt'), { folder: 'ann' })
    requests()
    const { files } = await set.list({ folder: 'ann', order: 'newest', limit: 3 })
    expect(files[0]).toMatchObject({ filename: 'Ä "b".txt' })
    expect(requests()).toEqual({ ListObjectsV2: 3, HeadObject: 1 })
  })
})
