import { describe, expect, test } from 'vitest'
import { isUploadError } from '../errors/upload-error.ts'
import { uploadForm } from '../form/upload-form.ts'
import { fromFetchRequest } from '../http/fetch-request.ts'
import { memorySet } from '../policy/fixtures/sets.ts'
import { receiveForm } from '../protocols/form/form-protocol.ts'
import { rawRequest } from './fixtures/form-body.ts'
import { toFormLimits } from './form-limits.ts'
import { parts } from './parts.ts'
import { receive } from './receive.ts'

const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 0x4a, 0x46, 0x49, 0x46, 0, 1)

/** A form as a client sends it that forgets the filenames: so many parts of this size. */
function unnamed(size: number, count = 1): Request {
  const content = Buffer.alloc(size)
  content.set(JPEG.subarray(0, size))
  const part = (index: number): Buffer =>
    Buffer.concat([
      Buffer.from(`--X\r\nContent-Disposition: form-data; name="avatar${index === 0 ? '' : index}"\r\n`),
      Buffer.from('Content-Type: image/jpeg\r\n\r\n'),
      content,
      Buffer.from('\r\n'),
    ])
  const body = Buffer.concat([...Array.from({ length: count }, (_, index) => part(index)), Buffer.from('--X--\r\n')])
  return rawRequest(new Uint8Array(body), 'multipart/form-data; boundary=X')
}

async function refusal(run: Promise<unknown>): Promise<unknown> {
  const error: unknown = await run.catch((reason: unknown) => reason)
  return isUploadError(error) ? [error.code, error.message] : error
}

async function readParts(request: Request): Promise<void> {
  for await (const part of parts(request)) await part.bytes()
}

const set = memorySet()
const form = uploadForm({ avatar: set.one() })
const WAYS = [
  ['`receive`', (request: Request) => receive(request)],
  ['`parts`', readParts],
  ['`uploadForm`', (request: Request) => form.receive(request)],
  [
    'a handler',
    (request: Request) => receiveForm({ incoming: fromFetchRequest(request), set, limits: toFormLimits({}) }),
  ],
] as const

describe('a picture whose part has no filename', () => {
  test.each(WAYS)('gets a hint from %s if it is too large for a field', async (_, run) => {
    expect(await refusal(run(unnamed(700_000)))).toEqual([
      'field-too-large',
      'The field "avatar" is larger than the limit of 500 KiB for a field. Its part has no filename, so it was taken for ' +
        'text. Shorten the text, or send the file with a filename.',
    ])
  })

  test.each(WAYS)('gets a hint from %s if many of them are too large together', async (_, run) => {
    expect(await refusal(run(unnamed(500_000, 20)))).toEqual([
      'fields-too-large',
      'All fields of a form together may have at most 8 MiB. A part without a filename is taken for text. Shorten the ' +
        'texts, or send files with a filename.',
    ])
  })

  test('gets a hint from `parts` if it is larger than the reader allows', async () => {
    const readSome = async (): Promise<void> => {
      for await (const part of parts(unnamed(12))) await part.bytes(11)
    }
    expect(await refusal(readSome())).toEqual([
      'field-too-large',
      expect.stringMatching(/Its part has no filename, so it was taken for text/),
    ])
  })

  test('gets a hint from a required file', async () => {
    await using upload = await receive(unnamed(12))
    expect(() => upload.files.required('avatar')).toThrow(
      'There is no file in the field "avatar". Its part has no filename, so it was taken for text. Send the ' +
        'file with a filename.',
    )
    expect(() => upload.files.required('other')).toThrow(/"other"\. Choose a file and send it again\.$/)
  })

  test('gets a hint from a typed form at its control', async () => {
    await expect(form.receive(unnamed(12))).rejects.toMatchObject({
      details: {
        errors: [
          {
            field: 'avatar',
            code: 'not-a-file',
            detail:
              'This has to be a file. Its part has no filename, so it was taken for text. Send the file with a filename.',
          },
        ],
      },
    })
  })

  test('gets a hint from a handler', async () => {
    expect(
      await refusal(receiveForm({ incoming: fromFetchRequest(unnamed(12)), set, limits: toFormLimits({}) })),
    ).toEqual([
      'missing-file',
      'There is no file in the form. Its parts have no filename, so they were taken for text. Send the file with a ' +
        'filename.',
    ])
  })
})

test('a urlencoded form, which has no parts, gets the hint to shorten a large field', async () => {
  const type = 'application/x-www-form-urlencoded'
  expect(await refusal(receive(rawRequest(`a=${'x'.repeat(512_001)}`, type)))).toEqual([
    'field-too-large',
    'The field "a" is larger than the limit of 500 KiB for a field. Shorten it.',
  ])
})
