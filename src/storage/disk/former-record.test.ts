import { execFileSync } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { SealedDraft } from '../draft.ts'
import type { Storage } from '../storage.ts'
import { diskStorage } from './disk-storage.ts'

const base = mkdtempSync(join(tmpdir(), 'decant-former-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

async function seal(storage: Storage, text: string): Promise<SealedDraft> {
  const draft = storage.createDraft()
  await draft.append(new TextEncoder().encode(text))
  return draft.seal()
}

const ways: [string, (storage: Storage, sealed: SealedDraft) => Promise<unknown>][] = [
  ['by itself', (_, sealed) => sealed.publish('file')],
  [
    'by a transaction',
    async (storage, sealed) => {
      const transaction = storage.createTransaction?.()
      await transaction?.reserve(sealed, 'file')
      await transaction?.prepare()
      await transaction?.commit()
    },
  ],
]

test.runIf(process.platform === 'linux').each(ways)(
  'a file that is published without a record, %s, does not get the record of a file that was moved away by hand',
  async (_, publish) => {
    const folder = mkdtempSync(join(base, 'folder-'))
    const storage = diskStorage(folder)
    await (await seal(storage, 'one')).publish('file', { filename: 'Cat.TXT', type: 'text/plain' })
    const former = join(base, 'former')
    renameSync(join(folder, 'file'), former)
    await publish(storage, await seal(storage, 'two'))
    // Both files have the same time, as on a file system whose times have steps of two seconds.
    execFileSync('touch', ['-r', former, join(folder, 'file')])
    const entry = await storage.stat('file')
    expect([entry?.size, entry?.record]).toEqual([3, undefined])
  },
)
