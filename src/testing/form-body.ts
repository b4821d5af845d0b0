import { Buffer } from 'node:buffer'
import { encodeMultipart } from '../multipart/encoder.ts'
import type { EncodedForm, FieldPart, FilePart } from '../multipart/encoder.ts'
import { collect } from './collect.ts'

/**
 * The value of a field, or a file. As in a `FormData`, a `File` has its own name; a `Blob` and bytes are called `blob`.
 */
export type FormValue = string | Blob | Uint8Array

/** A control of a form: a pair as in a `FormData`, or a part with all the facts that a browser would choose for you. */
export type FormEntry = readonly [name: string, value: FormValue] | FieldPart | FilePart

/** The content of a form: a `FormData`, a list of controls, or an object, whose lists are controls of one name. */
export type FormContent = FormData | Iterable<FormEntry> | Readonly<Record<string, FormValue | readonly FormValue[]>>

/** The body of a form as a browser sends it. */
export interface FormBody extends EncodedForm {
  /** `content-type`, and `content-length` if the size is known. */
  readonly headers: Readonly<Record<string, string>>
  /**
   * The whole body in memory, for functions that take no streams. A `Buffer`, since Fastify's `inject` takes no plain
   * bytes.
   */
  bytes(): Promise<Buffer<ArrayBuffer>>
  /** A Fetch request with this body: a POST, unless `init` has another method. The headers of `init` win. */
  request(url: string | URL, init?: RequestInit): Request
}

/**
 * The body of a form, for any way that a test has to send one: `fetch`, `node:http`, supertest, Fastify's `inject`. It
 * can be sent several times, unless a part of it is a stream. Files are read only while they are sent.
 *
 * @example
 * ```ts
 * const form = formBody({ title: 'Cats', photo: [fakeFile('cat.png'), fakeFile('cat.jpg')] })
 * const response = await app.fetch(form.request('http://localhost/photos'))
 * const { statusCode } = await fastify.inject({ method: 'POST', url: '/photos', headers: form.headers, payload: await form.bytes() })
 * ```
 * @param options.boundary as of `encodeMultipart`, for bodies that are compared.
 * @throws {TypeError} as `encodeMultipart`.
 */
export function formBody(
  content: FormContent = [],
  options: { readonly boundary?: string | undefined } = {},
): FormBody {
  const form = encodeMultipart(toParts(content), options)
  const { contentType, size } = form
  const headers = { 'content-type': contentType, ...(size !== undefined && { 'content-length': String(size) }) }
  return {
    ...form,
    headers,
    async bytes() {
      return Buffer.from((await collect(form.chunks())).buffer)
    },
    request(url, init = {}) {
      const withBody: RequestInit & { duplex: 'half' } = {
        method: 'POST',
        ...init,
        headers: { ...headers, ...Object.fromEntries(new Headers(init.headers)) },
        body: form.stream(),
        duplex: 'half',
      }
      return new Request(url, withBody)
    },
  }
}

function toParts(content: FormContent): (FieldPart | FilePart)[] {
  const entries: Iterable<FormEntry> = isIterable(content) ? content : Object.entries(content).flatMap(toPairs)
  return Array.from(entries, (entry) => (isPair(entry) ? toPart(...entry) : entry))
}

function toPairs([name, value]: [string, FormValue | readonly FormValue[]]): (readonly [string, FormValue])[] {
  return isList(value) ? value.map((one) => [name, one] as const) : [[name, value]]
}

function toPart(name: string, value: FormValue): FieldPart | FilePart {
  if (typeof value === 'string') return { name, value }
  return { name, filename: value instanceof File ? value.name : 'blob', content: value }
}

function isIterable(content: FormContent): content is FormData | Iterable<FormEntry> {
  return Symbol.iterator in content
}

/** `Array.isArray` does not narrow a readonly array out of a union. */
function isPair(entry: FormEntry): entry is readonly [string, FormValue] {
  return Array.isArray(entry)
}

function isList(value: FormValue | readonly FormValue[]): value is readonly FormValue[] {
  return Array.isArray(value)
}
