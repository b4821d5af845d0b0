import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { Readable } from 'node:stream'
import { expectTypeOf, test } from 'vitest'
import type { NamedFile, SaveSource } from '../policy/file-source.ts'
import type { ArrivingField, ArrivingFile, Part } from './part.ts'
import { parts } from './parts.ts'

declare const request: Request
declare const part: Part

test('a loop gives parts without a generic, of every request', () => {
  expectTypeOf(parts(request)).toEqualTypeOf<AsyncIterable<Part>>()
  expectTypeOf<IncomingMessage>().toExtend<Parameters<typeof parts>[0]>()
  expectTypeOf<Http2ServerRequest>().toExtend<Parameters<typeof parts>[0]>()
  // @ts-expect-error -- a Koa context is not a request
  void parts({ headers: {}, req: request })
})

test('its kind tells a field from a file', () => {
  if (part.kind === 'field') expectTypeOf(part).toEqualTypeOf<ArrivingField>()
  else expectTypeOf(part).toEqualTypeOf<ArrivingFile>()
  expectTypeOf(part.field).toEqualTypeOf<string>()
  expectTypeOf(part.text()).resolves.toEqualTypeOf<string>()
  expectTypeOf(part.bytes(1)).resolves.toEqualTypeOf<Uint8Array<ArrayBuffer>>()
  // @ts-expect-error -- a field has no file name
  void part.name
})

test('a set saves a file, and no field', () => {
  expectTypeOf<ArrivingFile>().toExtend<NamedFile>()
  expectTypeOf<ArrivingField>().not.toExtend<SaveSource>()
})

test('its stream is one of Fetch, which Node takes too', () => {
  expectTypeOf(part.stream()).toEqualTypeOf<ReadableStream<Uint8Array<ArrayBuffer>>>()
  void new Response(part.stream())
  void Readable.from(part.stream())
})

test('limits may be left out or undefined, and are numbers', () => {
  void parts(request, { maxFileSize: undefined, maxFields: 1, signal: undefined })
  // @ts-expect-error -- sizes are bytes
  void parts(request, { maxFileSize: '1MiB' })
  // @ts-expect-error -- nothing is kept, in memory or elsewhere
  void parts(request, { memoryLimit: 1 })
})
