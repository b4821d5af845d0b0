import { expect, test, vi } from 'vitest'
import { uploadForm } from '../form/upload-form.ts'
import { fromFetchRequest } from '../http/fetch-request.ts'
import { toMediaType } from '../http/media-type.ts'
import { ALL } from '../media/extension-rule.ts'
import { memorySet } from '../policy/fixtures/sets.ts'
import { file, formBody, rawRequest } from '../receive/fixtures/form-body.ts'
import { parts } from '../receive/parts.ts'
import { receive } from '../receive/receive.ts'
import { uploadHandler } from './upload-handler.ts'

vi.mock('../http/media-type.ts', { spy: true })

const set = memorySet({ extensions: ALL })
const URLENCODED = 'application/x-www-form-urlencoded; charset=utf-8'

async function readParts(request: Request): Promise<void> {
  for await (const part of parts(request)) if (part.kind === 'file') await set.save(part)
}

async function readFiles(request: Request): Promise<void> {
  await using upload = await receive(request)
  for (const [, each] of upload.files) await set.save(each)
}

async function handle(request: Request): Promise<void> {
  const { status } = await uploadHandler(set, { base: '/upload' }).handle(fromFetchRequest(request))
  expect(status).toBe(201)
}

/** The texts that are parsed, in order. */
async function parsedBy(run: (request: Request) => Promise<unknown>, request: Request): Promise<string[]> {
  vi.mocked(toMediaType).mockClear()
  await run(request)
  return vi.mocked(toMediaType).mock.calls.map(([text]) => text)
}

test.each([
  ['receive', readFiles],
  ['parts', readParts],
  ['a typed form', (request: Request) => uploadForm({ a: set.many() }).receive(request)],
  ['a handler', handle],
] as const)('%s parses the Content-Type of a form once, and that of each file once', async (_, run) => {
  const types = ['Application/X-One; v=1', 'application/x-two; v=2', 'Application/X-One; v=1']
  const { bytes, contentType } = await formBody(types.map((type, index) => file('a', `${index}.unknown`, 'x', type)))
  expect(await parsedBy(run, rawRequest(bytes, contentType))).toEqual([contentType, ...types])
})

test.each([
  ['receive', readFiles],
  ['a typed form', (request: Request) => uploadForm({}, { unknownParts: 'ignore' }).receive(request)],
] as const)('%s parses the Content-Type of a urlencoded form once', async (_, run) => {
  expect(await parsedBy(run, rawRequest('a=1', URLENCODED))).toEqual([URLENCODED])
})

test('a handler parses the Content-Type of a body that is a file once', async () => {
  const request = rawRequest('x', 'Application/X-One; v=1')
  request.headers.set('content-disposition', 'attachment; filename="a.unknown"')
  expect(await parsedBy(handle, request)).toEqual(['Application/X-One; v=1'])
})

test('the Content-Type of a request without a body is not parsed', async () => {
  const request = new Request('http://localhost/a.unknown', { headers: { 'content-type': 'text/plain' } })
  expect(await parsedBy((each) => uploadHandler(set).handle(fromFetchRequest(each)), request)).toEqual([])
})
