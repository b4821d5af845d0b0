import { expectTypeOf, test } from 'vitest'
import type { StorageEntry } from '../storage/storage.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { FileVersion } from './link-version.ts'
import type { LinkedFile, SignedLinks } from './signed-links.ts'

declare const links: SignedLinks
declare const file: StoredFile

test('a link takes a stored file as it is, and a key alone only if it says so', () => {
  expectTypeOf<StoredFile>().toExtend<LinkedFile>()
  expectTypeOf<StorageEntry>().toExtend<FileVersion>()
  expectTypeOf(links.sign(file, '/')).resolves.toEqualTypeOf<string>()
  expectTypeOf(links.sign({ set: 'a', key: 'b' }, '/', { opens: 'key' })).resolves.toEqualTypeOf<string>()
  // @ts-expect-error -- it does not say which version
  void links.sign({ set: 'a', key: 'b' }, '/')
  // @ts-expect-error -- it does not say which version
  void links.sign({ set: 'a', key: 'b' }, '/', { opens: 'file' })
})
