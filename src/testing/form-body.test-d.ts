import { expectTypeOf, test } from 'vitest'
import { failingStorage } from './failing-storage.ts'
import { fakeFile } from './fake-file.ts'
import { formBody } from './form-body.ts'
import type { Storage } from '../storage/storage.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import { storedFiles } from './stored-files.ts'

declare const storage: Storage

test('a form is given in any of the usual ways', () => {
  formBody(new FormData())
  formBody({ title: 'Cats', tag: ['a', 'b'], photo: fakeFile('cat.png'), raw: new Uint8Array() })
  formBody([['title', 'Cats'], { name: 'photo', filename: '', content: new Uint8Array() }])
  expectTypeOf(formBody().request('http://localhost/')).toEqualTypeOf<Request>()
  expectTypeOf(formBody().headers).toExtend<HeadersInit>()
  // @ts-expect-error -- a browser sends text
  formBody({ count: 5 })
  // @ts-expect-error -- a file without a name is a field
  formBody([{ name: 'photo', content: new Uint8Array() }])
})

test('a fake file is a file, and what is stored is compared by facts that a stored file has', async () => {
  expectTypeOf(fakeFile('cat.png')).toEqualTypeOf<File>()
  const [snapshot] = await storedFiles(storage)
  expectTypeOf(snapshot?.key).toEqualTypeOf<StoredFile['key'] | undefined>()
})

test('a storage fails at steps that there are', () => {
  expectTypeOf(failingStorage(storage, { publish: 2, seal: [1, 3] })).toEqualTypeOf<Storage>()
  // @ts-expect-error -- what is promised never to fail
  failingStorage(storage, { discard: 1 })
})
