import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { expectTypeOf, test } from 'vitest'
import type { UploadErrorDetails } from '../errors/upload-error-details.ts'
import type { UploadError } from '../errors/upload-error.ts'
import type { CheckedFile } from '../policy/checked-file.ts'
import type { UploadSet } from '../policy/upload-set.ts'
import type { FormLimits } from './form-limits.ts'
import type { MultiMap } from './multi-map.ts'
import { receive } from './receive.ts'
import type { Upload } from './receive.ts'
import type { UploadedFile } from './uploaded-file.ts'

declare const request: Request
declare const upload: Upload
declare const images: UploadSet

test('a received form is typed without a generic', () => {
  expectTypeOf(receive(request)).toEqualTypeOf<Promise<Upload>>()
  expectTypeOf(upload.fields).toEqualTypeOf<MultiMap<string>>()
  expectTypeOf(upload.fields.get('a')).toEqualTypeOf<string | undefined>()
  expectTypeOf(upload.files.get('a')).toEqualTypeOf<UploadedFile | undefined>()
  expectTypeOf(upload.files.getAll('a')).toEqualTypeOf<UploadedFile[]>()
  expectTypeOf(upload.files.required('a')).toEqualTypeOf<UploadedFile>()
  expectTypeOf(upload.files.required('a').bytes()).resolves.toEqualTypeOf<Uint8Array<ArrayBuffer>>()
  expectTypeOf(upload).toExtend<AsyncDisposable>()
})

test('Express, Koa and plain Node have what is asked of a request', () => {
  expectTypeOf<IncomingMessage>().toExtend<Parameters<typeof receive>[0]>()
  expectTypeOf<Http2ServerRequest>().toExtend<Parameters<typeof receive>[0]>()
  // @ts-expect-error -- a Koa context is not a request
  void receive({ headers: {}, req: request })
})

test('limits may be left out or undefined, and are numbers', () => {
  void receive(request, { maxFileSize: undefined, maxFields: 1 })
  // @ts-expect-error -- sizes are bytes
  void receive(request, { maxFileSize: '1MiB' })
  // @ts-expect-error -- misspelt
  void receive(request, { maxFilesize: 1 })
  expectTypeOf<FormLimits['maxBodySize']>().toEqualTypeOf<number>()
})

test('accept is a set, or a set for each field', () => {
  void receive(request, { accept: images })
  void receive(request, { accept: { avatar: images, docs: images } })
  void receive(request, { accept: undefined })
  // @ts-expect-error -- extensions are the options of a set
  void receive(request, { accept: ['png'] })
  // @ts-expect-error -- a set decides how many files it takes
  void receive(request, { accept: { avatar: images.one() } })
  expectTypeOf(upload.files.required('a').digest).toEqualTypeOf<string | undefined>()
  expectTypeOf(images.check(new File([], 'a'))).toEqualTypeOf<Promise<CheckedFile>>()
})

test('a refusal of one code has the details of that code', () => {
  expectTypeOf<UploadError<'file-too-large'>['details']>().toEqualTypeOf<UploadErrorDetails['file-too-large']>()
})
