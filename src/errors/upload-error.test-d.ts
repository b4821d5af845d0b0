import { expectTypeOf, test } from 'vitest'
import type { UploadErrorCode } from './upload-error-details.ts'
import { isUploadError, UploadError } from './upload-error.ts'
import type { AnyUploadError } from './upload-error.ts'

test('a switch on the code gives the details of that code', () => {
  const read = (error: AnyUploadError): void => {
    switch (error.code) {
      case 'file-too-large':
        expectTypeOf(error.details).toEqualTypeOf<{ limit: number; filename: string; field?: string }>()
        break
      case 'method-not-allowed':
        expectTypeOf(error.details.allow).toEqualTypeOf<readonly string[]>()
        break
      case 'storage-full':
        // @ts-expect-error -- it has none
        void error.details.limit
        break
      default:
        expectTypeOf(error.code).toExtend<UploadErrorCode>()
        expectTypeOf(error.code).not.toExtend<'file-too-large'>()
    }
  }
  expectTypeOf(read).toBeFunction()
})

test('a caught error is narrowed by isUploadError', () => {
  const read = (error: unknown): void => {
    if (!isUploadError(error)) return
    expectTypeOf(error.status).toEqualTypeOf<number>()
    if (error.code === 'name-taken') expectTypeOf(error.details).toEqualTypeOf<{ key: string; folder?: string }>()
  }
  expectTypeOf(read).toBeFunction()
})

test('an error has a code of the table, with its details', () => {
  expectTypeOf(new UploadError('name-taken', { key: 'a' }).code).toEqualTypeOf<'name-taken'>()
  // @ts-expect-error -- no such code
  void new UploadError('name-is-taken', { key: 'a' })
  // @ts-expect-error -- details of another code
  void new UploadError('name-taken', { limit: 1 })
})
