import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { PROCESS_MEMORY } from '../budget/process-memory.ts'
import { openFilesIn } from '../file/fixtures/open-files.ts'
import { file, formBody, formRequest, rawRequest, someBytes } from './fixtures/form-body.ts'
import { temporaryFolders } from './fixtures/temporary-folders.ts'
import { receive } from './receive.ts'
import type { ReceiveOptions } from './receive.ts'

const newFolder = temporaryFolders()

afterEach(() => {
  if (PROCESS_MEMORY.used !== 0) throw new Error(`${PROCESS_MEMORY.used} bytes of memory still count.`)
})

/** A form whose small files have 300 bytes in all. */
const SMALL = [file('a', 'a', 100), file('b', 'b', 200)]

function streamRequest(body: ReadableStream<Uint8Array>, contentType: string): Request {
  const headers = { 'content-type': contentType }
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' }
  return new Request('http://localhost/', init)
}

describe('the memory of all forms together', () => {
  test('is used to the last byte; a small file beyond it goes to disk, and can be read whole', async () => {
    const temporaryFolder = newFolder()
    const options = { temporaryFolder, totalMemoryLimit: 600 }
    await using first = await receive(await formRequest(SMALL), options)
    const second = await receive(await formRequest(SMALL), options)
    expect([first.files.size, PROCESS_MEMORY.used, openFilesIn(temporaryFolder)]).toEqual([2, 600, []])
    await using third = await receive(await formRequest(SMALL), options)
    expect(PROCESS_MEMORY.used).toBe(600)
    expect(await third.files.required('a').bytes()).toEqual(someBytes(100))
    expect(await third.files.required('b').bytes()).toEqual(someBytes(200))
    await second.dispose()
    await using fourth = await receive(await formRequest(SMALL), options)
    expect([fourth.files.size, PROCESS_MEMORY.used]).toEqual([2, 600])
    expect(openFilesIn(temporaryFolder)).toHaveLength(1)
  })

  test('has a limit by default, beyond which files of 500 KB go to disk', async () => {
    const temporaryFolder = newFolder()
    const { bytes, contentType } = await formBody(
      Array.from({ length: 90 }, (_, index) => file('f', `${index}`, new Uint8Array(500_000))),
    )
    const forms = await Promise.all(
      Array.from({ length: 3 }, () => receive(rawRequest(bytes, contentType), { temporaryFolder })),
    )
    expect(PROCESS_MEMORY.used).toBeGreaterThan(127 * 1024 ** 2)
    expect(PROCESS_MEMORY.used).toBeLessThanOrEqual(128 * 1024 ** 2)
    expect(openFilesIn(temporaryFolder)).not.toEqual([])
    await Promise.all(forms.map((form) => form.dispose()))
  })

  test('runs out without taking a descriptor for each file: a form has one temporary file', async () => {
    const temporaryFolder = newFolder()
    const sizes = Array.from({ length: 100 }, (_, index) => index * 37)
    const parts = sizes.map((size, index) => file('f', `${index}`, size))
    await using upload = await receive(await formRequest(parts), { temporaryFolder, totalMemoryLimit: 0 })
    expect(openFilesIn(temporaryFolder)).toHaveLength(1)
    const contents = await Promise.all(upload.files.getAll('f').map((each) => each.bytes()))
    expect(contents).toEqual(sizes.map(someBytes))
  })

  test('no longer counts a file that has moved to disk', async () => {
    const temporaryFolder = newFolder()
    const { bytes, contentType } = await formBody([file('a', 'a', 1000)])
    let counted = 0
    const pieces = [bytes.subarray(0, 600), bytes.subarray(600)]
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          counted = Math.max(counted, PROCESS_MEMORY.used)
          const piece = pieces.shift()
          if (piece === undefined) controller.close()
          else controller.enqueue(piece)
        },
      },
      { highWaterMark: 0 },
    )
    await using upload = await receive(streamRequest(body, contentType), { temporaryFolder, memoryLimit: 900 })
    expect(counted).toBeGreaterThan(300)
    expect(await upload.files.required('a').bytes()).toEqual(someBytes(1000))
    expect(PROCESS_MEMORY.used).toBe(0)
  })
})

/** A form that is cut off in its second file. */
async function truncatedRequest(
  end: (controller: ReadableStreamDefaultController<Uint8Array>) => void,
): Promise<Request> {
  const { bytes, contentType } = await formBody(SMALL)
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes.subarray(0, -150)),
    pull: end,
  })
  return streamRequest(body, contentType)
}

const ABORT = new AbortController()

interface Refusal {
  readonly end: string
  readonly refusal: object
  readonly request: () => Promise<Request>
  readonly options?: ReceiveOptions
}

const REFUSALS: readonly Refusal[] = [
  {
    end: 'a file that is too large',
    refusal: { code: 'file-too-large' },
    request: () => formRequest(SMALL),
    options: { maxFileSize: 150 },
  },
  {
    end: 'a file too many',
    refusal: { code: 'too-many-files' },
    request: () => formRequest(SMALL),
    options: { maxFiles: 1 },
  },
  {
    end: 'a body that ends early',
    refusal: { code: 'truncated-body' },
    request: () => truncatedRequest((controller) => controller.close()),
  },
  {
    end: 'a client that is gone',
    refusal: { code: 'truncated-body' },
    request: () => truncatedRequest((controller) => controller.error(new Error('gone'))),
  },
  {
    end: 'a signal',
    refusal: { message: 'enough' },
    request: () =>
      truncatedRequest((controller) => {
        ABORT.abort(new Error('enough'))
        controller.close()
      }),
    options: { signal: ABORT.signal },
  },
  {
    end: 'a disk that cannot take what moves there',
    refusal: { code: 'storage-failed' },
    request: () => formRequest([...SMALL, file('c', 'c', 600_000)]),
    options: { temporaryFolder: '/nowhere/at/all' },
  },
]

describe('the memory of a form is given back', () => {
  test.each(REFUSALS)('after $end', async ({ request, refusal, options = {} }) => {
    await expect(receive(await request(), options)).rejects.toMatchObject(refusal)
    expect(PROCESS_MEMORY.used).toBe(0)
  })

  test('once, also if it is disposed of several times', async () => {
    const first = await receive(await formRequest(SMALL))
    await using second = await receive(await formRequest(SMALL))
    expect(PROCESS_MEMORY.used).toBe(600)
    await first.dispose()
    await first.dispose()
    expect([second.files.size, PROCESS_MEMORY.used]).toEqual([2, 300])
  })

  test('when it is disposed of after its files were saved, and in the middle of reading', async () => {
    const upload = await receive(await formRequest(SMALL))
    await upload.files.required('a').save(join(newFolder(), 'a'))
    const reader = upload.files.required('b').stream().getReader()
    expect(PROCESS_MEMORY.used).toBe(300)
    await upload.dispose()
    expect(PROCESS_MEMORY.used).toBe(0)
    await reader.cancel()
    await expect(upload.files.required('a').bytes()).rejects.toThrow(/The upload is closed/)
  })
})
