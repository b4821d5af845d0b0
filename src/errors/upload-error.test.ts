import { describe, expect, test, vi } from 'vitest'
import { toProblem } from './problem.ts'
import { UPLOAD_ERROR_TABLE } from './upload-error-table.ts'
import type { UploadErrorCode, UploadErrorDetails } from './upload-error-details.ts'
import { isUploadError, UploadError } from './upload-error.ts'

/** Every code with as few details as it may have, and with all of them. */
const DETAILS: { readonly [Code in UploadErrorCode]: readonly UploadErrorDetails[Code][] } = {
  'malformed-body': [{ reason: 'a part has no name' }],
  'truncated-body': [{}, { reason: 'the connection was lost' }],
  'malformed-request': [{ reason: 'the cursor is not valid' }],
  'digest-mismatch': [{ algorithm: 'sha-256' }],
  'invalid-key': [
    { key: '.a', reason: 'it begins with a dot' },
    { key: '.a', reason: 'it begins with a dot', suggestion: 'a' },
  ],
  'invalid-name': [{ filename: '日本', reason: 'it has no letters' }],
  unauthenticated: [{}, { challenge: 'Bearer' }],
  forbidden: [{ action: 'upload' }],
  'invalid-link': [{}],
  'cross-site': [{ origin: 'https://evil.example' }],
  'unknown-host': [{ host: 'evil.example' }],
  'not-found': [{}, { key: 'a.txt' }],
  'method-not-allowed': [
    { method: 'PATCH', allow: ['GET', 'POST'] },
    { method: 'PUT', allow: ['POST'], hint: 'Post it.' },
  ],
  'request-timeout': [{ idleTimeoutMs: 1500 }],
  'name-taken': [{ key: 'a.txt' }],
  'link-expired': [{}],
  'file-gone': [{}],
  'length-required': [{}],
  'precondition-failed': [{}],
  'body-too-large': [
    { limit: 1024 },
    { limit: 1024, limits: [] },
    { limit: 1024, limits: [{ maxFileSize: 1, maxFiles: 1 }] },
    { limit: 1024, limits: [{ field: 'cover', maxFileSize: 1000, maxFiles: null }] },
  ],
  'file-too-large': [
    { limit: 1024, filename: 'a.txt' },
    { limit: 1024, filename: 'a.txt', field: 'file' },
  ],
  'too-many-files': [{ limit: 1 }, { limit: 2 }],
  'too-many-fields': [{ limit: 1 }],
  'too-many-parts': [{ limit: 1 }],
  'field-too-large': [
    { limit: 1, field: 'title' },
    { limit: 1, field: 'title', hint: 'Send it as a file.' },
  ],
  'fields-too-large': [{ limit: 1024 }, { limit: 1024, hint: 'Send files.' }],
  'part-header-too-large': [{ limit: 1 }],
  'too-many-part-headers': [{ limit: 1 }],
  'name-too-long': [{ limit: 1 }],
  'padding-too-large': [{ limit: 1 }],
  'unsupported-media-type': [
    { contentType: '' },
    { contentType: 'text/plain' },
    { contentType: 'text/plain', hint: 'Send a form.' },
    { contentType: 'text/plain', contentEncoding: 'gzip' },
    { contentType: '', contentEncoding: 'gzip', hint: 'Send it as it is.' },
  ],
  'type-not-allowed': [
    { filename: 'a', extension: '' },
    { filename: 'a.exe', extension: 'exe' },
    { filename: 'a.exe', extension: 'exe', allowed: [] },
    { filename: 'a.exe', extension: 'exe', allowed: ['png', 'jpg'] },
  ],
  'type-mismatch': [
    { filename: 'a.png', extension: 'png', found: 'text/html' },
    { filename: 'a.png', extension: 'png', found: 'application/octet-stream' },
    { filename: 'a.png', extension: 'png', found: 'image/gif', suggestion: 'a.gif' },
    { filename: 'a.txt', extension: 'txt', found: 'application/octet-stream', reason: 'it has a NUL byte' },
  ],
  'range-not-satisfiable': [{ size: 1 }],
  'invalid-form': [
    { errors: [{ path: ['title'], field: 'title', code: 'missing-field', detail: '"title" is missing.' }] },
  ],
  'missing-file': [{}, { field: 'file' }, { field: 'file', hint: 'Send a form.' }],
  'no-file-selected': [{}, { field: 'file' }],
  'file-too-small': [{ limit: 1, filename: 'a.txt' }],
  'content-refused': [{ filename: 'a.txt', reason: 'ClamAV found Eicar-Signature in it' }],
  'header-too-large': [{}],
  'storage-failed': [{}],
  'unsupported-transfer-coding': [{ coding: 'gzip' }],
  'storage-full': [{}],
  overloaded: [{}, { retryAfter: 1 }],
  'too-many-requests': [{}, { retryAfter: 90 }],
  'quota-exceeded': [{ limit: 1024 }, { limit: 1024, used: 1000 }],
  refused: [{ status: 402, title: 'Not paid', detail: 'Pay first.' }],
  'check-unavailable': [{ filename: 'a.txt' }],
  'publishing-delayed': [{}],
  'internal-error': [{}],
}

/** One error for each of its details. */
function errorsOf<Code extends UploadErrorCode>(code: Code): UploadError<Code>[] {
  return DETAILS[code].map((details) => new UploadError(code, details))
}

function isCode(name: string): name is UploadErrorCode {
  return Object.hasOwn(UPLOAD_ERROR_TABLE, name)
}

describe.each(Object.keys(UPLOAD_ERROR_TABLE).filter(isCode))('%s', (code) => {
  test('is told in whole sentences, whatever is known of it', () => {
    for (const { message } of errorsOf(code)) {
      expect(message).toMatch(/^\S.*[.]$/)
      expect(message).not.toMatch(/undefined|null|NaN|\[object|\.\.| {2}/)
    }
  })

  test('has an HTTP status of an error and a title that is always the same', () => {
    const errors = errorsOf(code)
    for (const { status, title } of errors) {
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(600)
      expect(title).toBe(errors[0]?.title)
    }
  })
})

describe('a sentence', () => {
  test('names the limit and the file', () => {
    expect(new UploadError('file-too-large', { limit: 16 * 1024 ** 2, filename: 'cat.png' }).message).toBe(
      '"cat.png" is larger than the limit of 16 MiB for a file. Choose a smaller file.',
    )
    expect(
      new UploadError('type-not-allowed', { filename: 'a.exe', extension: 'exe', allowed: ['png', 'jpg'] }).message,
    ).toBe('"a.exe" is not allowed: .exe files are not accepted here. Allowed are png, jpg.')
    expect(new UploadError('too-many-files', { limit: 1 }).message).toContain('At most 1 file can')
    expect(new UploadError('request-timeout', { idleTimeoutMs: 1500 }).message).toContain('for 1.5 seconds')
  })

  test('names what each file may have, if the whole is too large', () => {
    const tell = (limits: UploadErrorDetails['body-too-large']['limits']): string =>
      new UploadError('body-too-large', { limit: 24 * 1024 ** 2, ...(limits && { limits }) }).message
    expect(tell([{ field: 'cover', maxFileSize: 4 * 1024 ** 2, maxFiles: 1 }])).toBe(
      'The whole request may have at most 24 MiB; "cover" up to 4 MiB. Send fewer or smaller files.',
    )
    expect(
      tell([
        { field: 'cover', maxFileSize: 4 * 1024 ** 2, maxFiles: 1 },
        { field: 'items[].photo', maxFileSize: 1024, maxFiles: 5 },
      ]),
    ).toContain('24 MiB; "cover" up to 4 MiB, "items[].photo" up to 5 files of at most 1 KiB. Send')
    expect(tell([{ maxFileSize: 1024, maxFiles: 1 }])).toContain('24 MiB; a file up to 1 KiB. Send')
    expect(tell([{ maxFileSize: 1024, maxFiles: 2 }])).toContain('24 MiB; up to 2 files of at most 1 KiB. Send')
    expect(tell([{ maxFileSize: 1024, maxFiles: null }])).toContain('24 MiB; files of at most 1 KiB. Send')
    expect(tell(undefined)).toContain('24 MiB. Send')
    const many = Array.from({ length: 12 }, (_, index) => ({ field: `f${index}`, maxFileSize: 1, maxFiles: 1 }))
    expect(tell(many)).toMatch(/"f9" up to 1 byte, and 2 more\. Send/)
  })

  test('shows nothing of a name that could move the text around it, or break the line', () => {
    const filename = 'a\u202Egpj\u2066\n\r\0\u200B\u2028\u2029\uFEFF\uD800.exe'
    const { message, details } = new UploadError('file-too-large', { limit: 1, filename })
    expect(message).toMatch(/^"agpj\.exe" is larger/)
    // Programs get it as it was.
    expect(details.filename).toBe(filename)
  })

  test('shows at most a line of a name, and cuts no character in two', () => {
    const quoted = (filename: string) =>
      /^"(.*)" is larger/u.exec(new UploadError('file-too-large', { limit: 1, filename }).message)?.[1]
    expect(quoted('x'.repeat(80))).toBe('x'.repeat(80))
    expect(quoted('x'.repeat(81))).toBe(`${'x'.repeat(79)}…`)
    expect(quoted('x'.repeat(100_000))).toBe(`${'x'.repeat(79)}…`)
    expect(quoted('😀'.repeat(80))).toBe('😀'.repeat(80))
    expect(quoted(`x${'😀'.repeat(100)}`)).toBe(`x${'😀'.repeat(78)}…`)
  })
})

describe('problem details', () => {
  test('have the members of RFC 9457, the code and the details', () => {
    const error = new UploadError('missing-file', { field: 'photo' })
    expect(toProblem(error)).toEqual({
      type: 'urn:problem-type:decant:missing-file',
      title: 'No file part',
      status: 422,
      detail: error.message,
      code: 'missing-file',
      field: 'photo',
    })
  })

  test('have no member of a code that would take the place of a standard one', () => {
    const standard = ['type', 'title', 'status', 'detail', 'instance', 'code']
    // Those of `refused` are the standard ones themselves.
    const { refused: _, ...others } = DETAILS
    const members = Object.values(others).flatMap((each) => each.flatMap((details) => Object.keys(details)))
    expect(members.filter((member) => standard.includes(member))).toEqual([])
  })

  test('say nothing of the cause, nor of where in the code it was', () => {
    const error = new UploadError('storage-failed', {}, { cause: new Error('/srv/secret') })
    expect(error.cause).toBeInstanceOf(Error)
    expect(JSON.stringify(toProblem(error))).not.toMatch(/secret|stack|\.ts/)
  })
})

describe('isUploadError', () => {
  test('knows an error of another copy of the package', async () => {
    vi.resetModules()
    const copy = await import('./upload-error.ts')
    expect(copy.UploadError).not.toBe(UploadError)
    const foreign = new copy.UploadError('storage-full', {})
    expect(foreign).not.toBeInstanceOf(UploadError)
    expect(isUploadError(foreign)).toBe(true)
    expect(copy.isUploadError(new UploadError('storage-full', {}))).toBe(true)
  })

  test.each([undefined, null, 'storage-full', {}, { code: 'storage-full', status: 507 }, new Error('storage-full')])(
    'takes nothing else for one (%s)',
    (value) => {
      expect(isUploadError(value)).toBe(false)
    },
  )

  test('the mark that it is known by is not seen when an error is printed or copied', () => {
    const error = new UploadError('storage-full', {})
    expect(Object.keys(error)).toEqual(['name', 'code', 'status', 'title', 'details'])
    expect(error.name).toBe('UploadError')
    expect(error).toBeInstanceOf(Error)
  })
})
