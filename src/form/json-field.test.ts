import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { isUploadError } from '../errors/upload-error.ts'
import { file, formRequest, rawRequest } from '../receive/fixtures/form-body.ts'
import { list } from './form-shape.ts'
import type { FormShape } from './form-shape.ts'
import { json } from './json-field.ts'
import { uploadForm } from './upload-form.ts'
import type { UploadFormOptions } from './upload-form.ts'

const details = json(z.object({ tags: z.array(z.string().max(5)), public: z.boolean() }))
const GOOD = { tags: ['a', 'ü'], public: true }

/** The data of a form, or its errors, each as `field code`, or the refusal of the whole form. */
async function receive(shape: FormShape, request: Request, options?: UploadFormOptions): Promise<unknown> {
  try {
    const result = await uploadForm(shape, options).attempt(request)
    return result.ok ? result.value : result.error.details.errors.map(({ field, code }) => `${field} ${code}`)
  } catch (error) {
    if (!isUploadError(error)) throw error
    return error.code
  }
}

/** A form with one part, with these lines of its header. */
function partRequest(lines: readonly string[], content: string | Uint8Array): Request {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const head = new TextEncoder().encode(`--XX\r\n${lines.join('\r\n')}\r\n\r\n`)
  const body = new Uint8Array([...head, ...bytes, ...new TextEncoder().encode('\r\n--XX--\r\n')])
  return rawRequest(body, 'multipart/form-data; boundary=XX')
}

const DISPOSITION = 'Content-Disposition: form-data; name="details"'
const JSON_TYPE = 'Content-Type: application/json'

describe('a field of JSON is parsed and validated', () => {
  test('if it is a Blob of FormData, which gets the filename "blob"', async () => {
    const form = new FormData()
    form.append('title', 'Hi')
    form.append('details', new Blob([JSON.stringify(GOOD)], { type: 'application/json' }))
    const request = new Request('http://localhost', { method: 'POST', body: form })
    expect(await receive({ title: z.string(), details }, request)).toEqual({ title: 'Hi', details: GOOD })
  })

  test.each([
    ['a type', [DISPOSITION, JSON_TYPE]],
    ['a type with a charset', [DISPOSITION, `${JSON_TYPE}; charset=UTF-8`]],
    ['a type that ends in +json', [DISPOSITION, 'Content-Type: application/vnd.api+json']],
    ['no type', [DISPOSITION]],
    ['a filename and no type', [`${DISPOSITION}; filename="details.json"`]],
    [
      'a filename and the type of any bytes',
      [`${DISPOSITION}; filename="blob"`, 'Content-Type: application/octet-stream'],
    ],
  ])('if its part has %s', async (_, lines) => {
    expect(await receive({ details }, partRequest(lines, JSON.stringify(GOOD)))).toEqual({ details: GOOD })
    const marked = `\u{feff}${JSON.stringify(GOOD)}`
    expect(await receive({ details }, partRequest(lines, marked))).toEqual({ details: GOOD })
  })

  test('if it comes in a urlencoded form', async () => {
    const body = new URLSearchParams({ details: JSON.stringify(GOOD) })
    const request = rawRequest(body.toString(), 'application/x-www-form-urlencoded')
    expect(await receive({ details }, request)).toEqual({ details: GOOD })
  })

  test('as UTF-8, also if the form has another charset', async () => {
    const content = new TextEncoder().encode(JSON.stringify(GOOD))
    const form = new Uint8Array([
      ...new TextEncoder().encode(
        `--XX\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\nwindows-1251\r\n` +
          `--XX\r\n${DISPOSITION}\r\n${JSON_TYPE}\r\n\r\n`,
      ),
      ...content,
      ...new TextEncoder().encode('\r\n--XX--\r\n'),
    ])
    const request = rawRequest(form, 'multipart/form-data; boundary=XX')
    expect(await receive({ details }, request)).toEqual({ details: GOOD })
  })

  test('in a list and in a group, by the names of HTML', async () => {
    const shape = { group: { extra: json(z.number()) }, all: list(json(z.number()), { max: 3 }) }
    const request = await formRequest([
      { name: 'group.extra', value: '1' },
      { name: 'all', value: '2' },
      file('all[0]', 'blob', '3', 'application/json'),
      file('all[]', 'blob', '4', 'application/json'),
    ])
    expect(await receive(shape, request)).toEqual({ group: { extra: 1 }, all: [3, 2, 4] })
  })

  test('with __proto__ as a member of its own', async () => {
    const shape = { details: json(z.any()) }
    const value = await receive(shape, await formRequest([{ name: 'details', value: '{"__proto__":{"admin":true}}' }]))
    expect(JSON.stringify(value)).toBe('{"details":{"__proto__":{"admin":true}}}')
    expect(value).not.toHaveProperty('details.admin')
  })

  test.each([
    ['was not sent', []],
    ['is an empty text', [{ name: 'details', value: '' }]],
    ['is a file input without a chosen file', [file('details', '', '')]],
  ])('is undefined to its schema if it %s', async (_, parts) => {
    expect(await receive({ details }, await formRequest(parts))).toEqual(['details missing-field'])
    const optional = json(z.object({}).optional())
    expect(await receive({ details: optional }, await formRequest(parts))).toEqual({ details: undefined })
  })
})

describe('a field of JSON is refused', () => {
  test.each(['{', 'abc', '{"a":1,}', "{'a':1}", '1 2'])('if it is not JSON: %s', async (value) => {
    const request = await formRequest([file('details', 'blob', value, 'application/json')])
    const result = await uploadForm({ details }).attempt(request)
    if (result.ok) return expect.unreachable()
    const detail = 'This is not valid JSON.'
    expect(result.error.details.errors).toEqual([{ path: ['details'], field: 'details', code: 'invalid-json', detail }])
    expect(result.values.get('details')).toBe(value)
  })

  test('with the place of each fault inside it', async () => {
    const value = JSON.stringify({ tags: ['a', 'too long'] })
    const result = await uploadForm({ details }).attempt(await formRequest([{ name: 'details', value }]))
    if (result.ok) return expect.unreachable()
    expect(result.error.details.errors).toMatchObject([
      { path: ['details', 'tags', 1], field: 'details.tags[1]', code: 'invalid-value' },
      { path: ['details', 'public'], field: 'details.public', code: 'invalid-value' },
    ])
  })

  test('if it has more than 100 levels, which would exhaust the stack of a recursive schema', async () => {
    const levels = (count: number): string => `${'['.repeat(count)}"]]] \\" ["${']'.repeat(count)}`
    const shape = { details: json(z.json()) }
    const form = (value: string): Promise<Request> => formRequest([{ name: 'details', value }])
    expect(await receive(shape, await form(levels(100)))).toHaveProperty('details')
    expect(await receive(shape, await form(levels(101)))).toEqual(['details invalid-json'])
    expect(await receive(shape, await form(levels(100_000)))).toEqual(['details invalid-json'])
    expect(await receive(shape, await form(`[${'[],'.repeat(200)}[]]`))).toHaveProperty('details')
  })

  test('if it comes twice', async () => {
    const parts = [file('details', 'blob', '{}', 'application/json'), { name: 'details', value: '{}' }]
    expect(await receive({ details }, await formRequest(parts))).toEqual(['details repeated-field'])
  })

  test('if a part of JSON is not UTF-8', async () => {
    const latin = Uint8Array.of(0x22, 0xfc, 0x22)
    expect(await receive({ details }, partRequest([DISPOSITION, JSON_TYPE], latin))).toBe('malformed-body')
    const named = [`${DISPOSITION}; filename="blob"`, JSON_TYPE]
    expect(await receive({ details }, partRequest(named, latin))).toBe('malformed-body')
  })

  test.each([
    ['without a filename', { name: 'details', value: '"1234567"' }],
    ['with a filename', file('details', 'blob', '"1234567"', 'application/json')],
  ])('if it is larger than a field may be, %s', async (_, part) => {
    const shape = { details: json(z.string()) }
    expect(await receive(shape, await formRequest([part]), { maxFieldSize: 9 })).toEqual({ details: '1234567' })
    expect(await receive(shape, await formRequest([part]), { maxFieldSize: 8 })).toBe('field-too-large')
    // The name of a field counts, too.
    expect(await receive(shape, await formRequest([part]), { maxFieldsSize: 16 })).toEqual({ details: '1234567' })
    expect(await receive(shape, await formRequest([part]), { maxFieldsSize: 15 })).toBe('fields-too-large')
    expect(await receive(shape, await formRequest([part]), { maxFields: 0 })).toBe('too-many-fields')
  })

  test('with a sentence that does not ask for a filename that it has', async () => {
    const form = uploadForm({ details }, { maxFieldSize: 3 })
    const request = await formRequest([file('details', 'blob', '{"a":1}', 'application/json')])
    await expect(form.receive(request)).rejects.toThrow(
      'The field "details" is larger than the limit of 3 bytes for a field. Shorten it.',
    )
  })

  test('while a text field of the same form does not take a file', async () => {
    const parts = [file('title', 'blob', '{}', 'application/json')]
    expect(await receive({ title: z.string().optional(), details: json(z.any()) }, await formRequest(parts))).toEqual([
      'title not-text',
    ])
  })
})

test('json names what it got in place of a schema', () => {
  // @ts-expect-error JavaScript may pass anything.
  expect(() => json({ tags: z.string() })).toThrow('json needs the schema of its value')
  // @ts-expect-error JavaScript may pass anything.
  expect(() => json()).toThrow(TypeError)
})
