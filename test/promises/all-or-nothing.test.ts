import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { UploadError } from '../../src/errors/upload-error.ts'
import { formOf, openSite } from '../../src/handler/fixtures/site.ts'
import { diskStorage } from '../../src/storage/disk/disk-storage.ts'
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts'
import type { Storage } from '../../src/storage/storage.ts'
import type { StorageTransaction } from '../../src/storage/transaction.ts'

const folder = mkdtempSync(join(tmpdir(), 'all-or-nothing-'))
afterAll(() => rmSync(folder, { recursive: true }))

type Step = 'reserve' | 'prepare' | 'commit'

const STORAGES: Record<string, () => Storage> = {
  disk: () => diskStorage(mkdtempSync(join(folder, 'links-'))),
  'disk without hard links': () => diskStorage(mkdtempSync(join(folder, 'none-')), { links: 'never' }),
  memory: () => memoryStorage(),
}

test.each(
  Object.keys(STORAGES).flatMap((kind) => (['reserve', 'prepare', 'commit'] as const).map((step) => ({ kind, step }))),
)('a form that fails to $step on $kind leaves no file and takes no name', async ({ kind, step }) => {
  const storage = STORAGES[kind]?.() ?? memoryStorage()
  await using broken = await openSite({ policy: { storage: failingAt(step, storage) } })
  const refused = await fetch(broken.origin, { method: 'POST', body: formOf(['a.txt', 'one'], ['b.txt', 'two']) })
  expect([refused.status, await refused.json()]).toMatchObject([500, { code: 'storage-failed' }])
  expect((await storage.list()).entries).toEqual([])

  await using mended = await openSite({ policy: { storage } })
  const taken = await fetch(mended.origin, { method: 'POST', body: formOf(['a.txt', 'one'], ['b.txt', 'two']) })
  expect(await taken.json()).toMatchObject({ files: [{ key: 'a.txt' }, { key: 'b.txt' }] })
  // The first form has left no private files either.
  await storage.sweep()
  if ('path' in storage) expect(draftsBelow(join(storage.path?.('a.txt') ?? '', '..'))).toEqual([])
})

/** A storage that fails in a transaction: at the second key, or at the step for all files. */
function failingAt(broken: Step, storage: Storage): Storage {
  const failure = (): Promise<never> => Promise.reject(new UploadError('storage-failed', {}))
  return {
    ...storage,
    createTransaction(): StorageTransaction {
      const transaction = storage.createTransaction?.()
      if (transaction === undefined) throw new TypeError('The storage has no transactions.')
      let reserved = 0
      return {
        id: transaction.id,
        reserve(draft, key, record) {
          reserved += 1
          return broken === 'reserve' && reserved === 2 ? failure() : transaction.reserve(draft, key, record)
        },
        prepare: () => (broken === 'prepare' ? failure() : transaction.prepare()),
        delete: (key) => transaction.delete(key),
        commit: () => (broken === 'commit' ? failure() : transaction.commit()),
        finish: () => transaction.finish(),
        defer: () => transaction.defer(),
        rollback: () => transaction.rollback(),
      }
    },
  }
}

function draftsBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'lease' && /drafts|prepared|reserved/.test(entry.parentPath))
    .map(({ name }) => name)
}
