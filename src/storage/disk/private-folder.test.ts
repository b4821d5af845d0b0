import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { SealedDraft } from '../draft.ts'
import type { Storage } from '../storage.ts'
import { diskStorage } from './disk-storage.ts'

const RECORD = { filename: 'Cat.TXT', type: 'text/plain' }

const base = mkdtempSync(join(tmpdir(), 'decant-private-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

function newFolder(): string {
  return mkdtempSync(join(base, 'folder-'))
}

async function seal(storage: Storage): Promise<SealedDraft> {
  const draft = storage.createDraft()
  await draft.append(new TextEncoder().encode('hello'))
  return draft.seal()
}

async function store(storage: Storage, key: string): Promise<unknown> {
  return (await seal(storage)).publish(key, RECORD)
}

describe.each(['auto', 'never'] as const)('the private folder of a storage that publishes with links: %s', (links) => {
  test.each(['', '\0\0'])('is used even if its format was lost with the power (%j)', async (format) => {
    const folder = newFolder()
    mkdirSync(join(folder, '.decant'), 0o700)
    writeFileSync(join(folder, '.decant', 'format'), format)
    const storage = diskStorage(folder, { links })
    expect(await storage.sweep()).toBe(0)
    await store(storage, 'a')
    expect(readFileSync(join(folder, '.decant', 'format'), 'utf8')).toBe('2\n')
  })

  test('is made again if an operator removes it, or a part of it, while the process runs', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder, { links })
    for (const name of ['drafts', 'records', 'reserved', '']) {
      await store(storage, `before ${name}`)
      const sealed = name === 'records' || name === 'reserved' ? await seal(storage) : undefined
      rmSync(join(folder, '.decant', name), { recursive: true, force: true })
      const entry = await (sealed ?? (await seal(storage))).publish(`after ${name}`, RECORD)
      expect(entry, name).toBeDefined()
      expect(await storage.stat(`after ${name}`), name).toMatchObject({ record: RECORD })
    }
  })
})
