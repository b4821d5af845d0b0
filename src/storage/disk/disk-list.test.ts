import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ListOptions } from '../storage.ts'
import { diskStorage } from './disk-storage.ts'

const FILES = 2500

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'decant-list-'))
  // More than are read at once, in one folder and below others; a third of them of one time.
  for (let index = 0; index < FILES; index++) {
    const path = join(folder, ...(index % 5 === 0 ? [`d${index % 40}`] : []))
    mkdirSync(path, { recursive: true })
    const file = join(path, `file-${(index * 7919) % FILES}`)
    writeFileSync(file, '')
    const time = 1_700_000_000 + (index % 3 === 0 ? 0 : (index * 7907) % FILES)
    utimesSync(file, time, time)
  }
  for (let index = 0; index < 300; index++) mkdirSync(join(folder, `empty-${index}`, 'below'), { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true }))

async function pages(options: ListOptions): Promise<{ keys: string[]; times: number[] }> {
  const keys: string[] = []
  const times: number[] = []
  const storage = diskStorage(folder)
  for (let cursor: string | undefined, isLast = false; !isLast;) {
    const page = await storage.list({ ...options, ...(cursor !== undefined && { cursor }) })
    keys.push(...page.entries.map(({ key }) => key))
    times.push(...page.entries.map(({ storedAt }) => storedAt.getTime()))
    cursor = page.next
    isLast = cursor === undefined
  }
  return { keys, times }
}

describe('a list of thousands of files', () => {
  test.each([60, 1000, 10_000])('tells each once and in its place, by name in pages of %i', async (limit) => {
    const { keys } = await pages({ limit })

    expect(keys).toEqual(keys.toSorted())
    expect(new Set(keys).size).toBe(FILES)
    expect(keys).toHaveLength(FILES)
  })

  test.each([200, 10_000])('tells each once and in its place, the newest first in pages of %i', async (limit) => {
    const { keys, times } = await pages({ order: 'newest', limit })

    expect(times).toEqual(times.toSorted((one, other) => other - one))
    expect(new Set(keys).size).toBe(FILES)
    expect(keys).toHaveLength(FILES)
  })

  test('finds the one file behind hundreds of folders that hold none', async () => {
    expect((await diskStorage(folder).list({ limit: 1, cursor: 'name:e' })).entries[0]?.key).toMatch(/^file-/)
  })
})
