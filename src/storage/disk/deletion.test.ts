import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { processOwner } from '../../file/process-owner.ts'
import type { StorageEntry } from '../storage.ts'
import { diskStorage } from './disk-storage.ts'
import type { DiskStorage } from './disk-storage.ts'

const RECORD = { filename: 'A b', type: 'text/plain' }

const base = mkdtempSync(join(tmpdir(), 'decant-deletion-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

async function store(storage: DiskStorage, key: string, text: string): Promise<StorageEntry | undefined> {
  const draft = storage.createDraft()
  await draft.append(new TextEncoder().encode(text))
  const sealed = await draft.seal()
  const entry = await sealed.publish(key, RECORD)
  await sealed.discard()
  return entry
}

function visible(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name !== '.decant')
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

function privateFiles(folder: string): string[] {
  const entries = readdirSync(join(folder, '.decant'), { recursive: true, withFileTypes: true })
  return entries.map(({ name }) => name).filter((name) => /\.deletion|\.former|^note$|^file$/.test(name))
}

describe.each(['auto', 'never'] as const)('the deletion of one version, with links: %s', (links) => {
  test('never deletes another file that has got the name since', async () => {
    const folder = mkdtempSync(join(base, 'folder-'))
    const [storage, other] = [diskStorage(folder, { links }), diskStorage(folder, { links })]
    let replaced = 0
    for (let round = 0; round < 40; round++) {
      const first = await store(storage, 'key', `first ${round}`)
      const replace = async (): Promise<StorageEntry | undefined> => {
        await other.delete('key')
        return store(other, 'key', `second ${round}`)
      }
      const [second] = await Promise.all([replace(), storage.delete('key', { version: first?.version ?? '' })])
      if (second !== undefined) {
        replaced++
        expect(await storage.stat('key'), `round ${round}`).toEqual(second)
      }
      await storage.delete('key')
    }
    expect(replaced).toBeGreaterThan(0)
    expect(privateFiles(folder)).toEqual([])
    expect(readdirSync(join(folder, '.decant', 'records'))).toEqual([])
  })

  test('is ended by the next process if one was killed: that version goes, any other gets its name back', async () => {
    const folder = mkdtempSync(join(base, 'folder-'))
    const storage = diskStorage(folder, { links })
    await store(storage, 'kept', 'kept')
    const { pid } = spawnSync('true')
    const [, ...rest] = processOwner().split('.')
    const dead = join(folder, '.decant', 'drafts', `${[pid, ...rest].join('.')}.0123456789abcdef`)
    const begun = async (name: string, version?: string): Promise<void> => {
      const path = join(dead, `${name}.deletion`)
      mkdirSync(path, { recursive: true })
      const entry = await storage.stat(name)
      linkSync(join(folder, name), join(path, 'file'))
      rmSync(join(folder, name))
      writeFileSync(join(path, 'note'), JSON.stringify({ key: name, version: version ?? entry?.version }))
    }
    for (const name of ['gone', 'back', 'taken', 'torn']) writeFileSync(join(folder, name), name)
    await begun('gone')
    await begun('back', 'another')
    await begun('taken', 'another')
    await store(storage, 'taken', 'by then')
    mkdirSync(join(dead, 'torn.deletion'))
    writeFileSync(join(dead, 'torn.deletion', 'note'), '{"key"')
    await storage.sweep()
    expect(visible(folder)).toEqual({ kept: 'kept', back: 'back', taken: 'by then', taken_1: 'taken', torn: 'torn' })
    expect(existsSync(dead)).toBe(false)
    expect(privateFiles(folder)).toEqual([])
  })

  test('waits for a transaction that holds the name, and fails if that takes too long', async () => {
    const folder = mkdtempSync(join(base, 'folder-'))
    const storage = diskStorage(folder, { links })
    const transaction = storage.createTransaction()
    const draft = storage.createDraft()
    await transaction.reserve(await draft.seal(), 'key', RECORD)
    writeFileSync(join(folder, 'key'), 'by hand')
    const version = (await storage.stat('key'))?.version ?? ''
    for (const options of [{ version }, {}])
      await expect(storage.delete('key', options)).rejects.toMatchObject({ code: 'storage-failed' })
    const deleted = storage.delete('key', { version })
    await transaction.rollback()
    expect(await deleted).toBe(true)
    expect(visible(folder)).toEqual({})
  })
})

test('a deletion that fails leaves the record in place', async () => {
  const folder = mkdtempSync(join(base, 'folder-'))
  const storage = diskStorage(folder)
  const entry = await store(storage, 'key', 'text')
  const transaction = storage.createTransaction()
  // Some file systems take the two names for the same, so both share one reservation.
  expect(await transaction.reserve(await storage.createDraft().seal(), 'KEY')).toBeDefined()
  await expect(storage.delete('key')).rejects.toMatchObject({ code: 'storage-failed' })
  expect(await storage.stat('key')).toEqual(entry)
  await transaction.rollback()
  expect(await storage.delete('key')).toBe(true)
  expect(readdirSync(join(folder, '.decant', 'records'))).toEqual([])
})
