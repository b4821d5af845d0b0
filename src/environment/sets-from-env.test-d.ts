import { expectTypeOf, test } from 'vitest'
import type { UploadSet } from '../policy/upload-set.ts'
import { setsFromEnv } from './sets-from-env.ts'

declare const environment: NodeJS.ProcessEnv

test('the sets are known by the names under which they were declared', () => {
  const sets = setsFromEnv(environment, { photos: { extensions: ['png'] }, docs: {} })
  expectTypeOf(sets).toEqualTypeOf<{ readonly photos: UploadSet<'photos'>; readonly docs: UploadSet<'docs'> }>()
  // @ts-expect-error -- it was not declared
  void sets.films
})

test('a declaration has what a set has, but for the storage', () => {
  // @ts-expect-error -- misspelt
  void setsFromEnv({}, { photos: { maxFileSise: 5 } })
  // @ts-expect-error -- the environment says where the files are
  void setsFromEnv({}, { photos: { storage: undefined } })
  // @ts-expect-error -- the environment is passed, and is strings
  void setsFromEnv({ UPLOADS_DEFAULT_DEST: 5 }, { photos: {} })
})
