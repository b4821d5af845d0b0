import { expectTypeOf, test } from 'vitest'
import type { OwnSentence, Sentences } from './sentences.ts'
import type { FormError } from './upload-error-details.ts'
import type { Problem } from './problem.ts'
import { toProblem } from './problem.ts'
import { UploadError } from './upload-error.ts'

test('the code of a problem tells its members', () => {
  const read = (problem: Problem): void => {
    switch (problem.code) {
      case 'file-too-large':
        expectTypeOf(problem.limit).toEqualTypeOf<number>()
        expectTypeOf(problem.filename).toEqualTypeOf<string>()
        break
      case 'invalid-form':
        expectTypeOf(problem.errors).toEqualTypeOf<readonly FormError[]>()
        break
      case 'refused':
        expectTypeOf(problem.data?.['plan']).toEqualTypeOf<unknown>()
        expectTypeOf(problem.retryAfter).toEqualTypeOf<number | undefined>()
        break
      case 'storage-full':
        // @ts-expect-error -- it has none
        void problem.limit
        break
      default:
        expectTypeOf(problem.detail).toEqualTypeOf<string>()
    }
    // @ts-expect-error -- most problems have none
    void problem.limit
  }
  expectTypeOf(read).toBeFunction()
})

test('the code of a form error tells its members', () => {
  const read = (error: FormError): void => {
    if (error.code === 'too-few-files') expectTypeOf(error.min).toEqualTypeOf<number>()
    if (error.code === 'file-too-large') expectTypeOf(error.limit).toEqualTypeOf<number>()
    // @ts-expect-error -- a form holds no other form
    if (error.code === 'invalid-form') return
    expectTypeOf(error.field).toEqualTypeOf<string>()
    expectTypeOf(error.path).toEqualTypeOf<readonly (string | number)[]>()
  }
  expectTypeOf(read).toBeFunction()
})

test('the problem of an error has its code', () => {
  expectTypeOf(toProblem(new UploadError('name-taken', { key: 'a' }))).toEqualTypeOf<Problem<'name-taken'>>()
})

test('a sentence gets the members of its code, and the request', () => {
  const table: Sentences<Request> = {
    'file-too-large': ({ limit, filename }, request) => {
      expectTypeOf(limit).toEqualTypeOf<number>()
      expectTypeOf(filename).toEqualTypeOf<string>()
      expectTypeOf(request).toEqualTypeOf<Request>()
      return ''
    },
    'too-few-files': ({ min, field }) => `${field}: ${min}`,
    // @ts-expect-error -- no such member
    'too-many-fields': ({ filename }): OwnSentence => String(filename),
  }
  // @ts-expect-error -- no such code
  const misspelt: Sentences = { 'file-to-large': () => '' }
  // @ts-expect-error -- not a text
  const number: Sentences = () => 7
  void [table, misspelt, number]
})

test('an own refusal needs a status, a title and a sentence', () => {
  // @ts-expect-error -- it has no sentence
  void (() => new UploadError('refused', { status: 402, title: 'Not paid' }))
  // @ts-expect-error -- seconds are a number
  void (() => new UploadError('too-many-requests', { retryAfter: '60' }))
})
