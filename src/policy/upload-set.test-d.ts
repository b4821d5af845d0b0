import { expectTypeOf, test } from 'vitest'
import type { Storage } from '../storage/storage.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { UploadedFile } from '../receive/uploaded-file.ts'
import type { SaveSource } from './file-source.ts'
import { uploadSet } from './upload-set.ts'
import type { UploadSet } from './upload-set.ts'

declare const storage: Storage
declare const file: UploadedFile

test('a set keeps its name in its type', () => {
  const photos = uploadSet('photos', { storage })
  expectTypeOf(photos).toEqualTypeOf<UploadSet<'photos'>>()
  expectTypeOf(photos.name).toEqualTypeOf<'photos'>()
  expectTypeOf(photos).toExtend<UploadSet>()
})

test('save takes files and streams, and returns a stored file', () => {
  const photos = uploadSet('photos', { storage })
  expectTypeOf(photos.save(file)).toEqualTypeOf<Promise<StoredFile>>()
  expectTypeOf<UploadedFile>().toExtend<SaveSource>()
  expectTypeOf<File>().toExtend<SaveSource>()
  expectTypeOf<Blob>().toExtend<SaveSource>()
  expectTypeOf<ReadableStream<Uint8Array>>().toExtend<SaveSource>()
  expectTypeOf<AsyncGenerator<Uint8Array>>().toExtend<SaveSource>()
  expectTypeOf<string>().not.toExtend<SaveSource>()
  // @ts-expect-error -- a key is for protocols, which hold a client to it
  void photos.save(file, { key: 'a.txt' })
})

test('naming is one of the known ones or a function', () => {
  void uploadSet('a', { storage, naming: (filename) => filename })
  // @ts-expect-error -- a misspelt one
  void uploadSet('a', { storage, naming: 'werkzeugs' })
})

test('a file is adopted from a set, and a path is text', () => {
  const photos = uploadSet('photos', { storage })
  expectTypeOf(photos.adopt(photos, 'a.png')).toEqualTypeOf<Promise<StoredFile | undefined>>()
  expectTypeOf(photos.adoptPath('a.png', { folder: 'x' })).toEqualTypeOf<Promise<StoredFile>>()
  // @ts-expect-error -- the set of the file comes first
  void photos.adopt('a.png')
  // @ts-expect-error -- a value of a request cannot stand for a path
  void photos.adopt({ path: 'a.png' })
  // @ts-expect-error -- misspelt
  void photos.adopt(photos, 'a.png', { verison: 'x' })
})
