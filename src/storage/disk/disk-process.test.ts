import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { diskStorage } from './disk-storage.ts'
import { isDead, processOwner } from '../../file/process-owner.ts'
import { reserve } from './reservation.ts'
import { PrivateFolder } from './private-folder.ts'

const PROGRAM = fileURLToPath(new URL('fixtures/draft-process.ts', import.meta.url))
const WAYS = ['auto', 'never'] as const
const RECORD = { filename: 'a', type: 'text/plain' }

const base = mkdtempSync(join(tmpdir(), 'decant-process-'))
const children: ChildProcess[] = []
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')))
afterAll(() => rmSync(base, { recursive: true, force: true }))

function newFolder(): string {
  return mkdtempSync(join(base, 'folder-'))
}

function start(...parameters: string[]) {
  const child = spawn(process.execPath, ['-C', 'source', PROGRAM, ...parameters], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(child)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    child,
    tell: async (): Promise<unknown> => {
      const { value } = await lines.next()
      return value === 'ready' ? value : JSON.parse(String(value))
    },
  }
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

function draftsIn(folder: string): string[] {
  const drafts = readdirSync(join(folder, '.decant', 'drafts'), { recursive: true, withFileTypes: true })
  return drafts.filter((entry) => entry.isFile() && entry.name !== 'lease').map(({ name }) => name)
}

/** The name of an owner that differs from this process in one fact. */
function ownerLike(change: { startTime?: string; namespace?: string; boot?: string }): string {
  const [pid, startTime = '', namespace = '', boot = ''] = processOwner().split('.')
  return [pid, change.startTime ?? startTime, change.namespace ?? namespace, change.boot ?? boot].join('.')
}

describe.each(WAYS)('processes that share a folder and publish with links: %s', (links) => {
  test('publish a key exactly once if all of them try at the same time', async () => {
    const folder = newFolder()
    const racers = Array.from({ length: 6 }, () => start('race', folder, links, 'a/same'))
    for (const racer of racers) expect(await racer.tell()).toBe('ready')
    for (const { child } of racers) child.stdin.write('go\n')
    const won = await Promise.all(racers.map((racer) => racer.tell()))
    expect(won.filter((value) => value === true)).toHaveLength(1)
    const winner = racers[won.indexOf(true)]?.child.pid
    expect(readFileSync(join(folder, 'a', 'same'), 'utf8')).toBe(String(winner))
    expect(draftsIn(folder)).toEqual([])
    expect(readdirSync(join(folder, '.decant', 'reserved'))).toEqual([])
  })

  test('never show drafts of a killed process, and sweep them with their first draft', async () => {
    const folder = newFolder()
    const { child, tell } = start('hold', folder, links)
    const ids = await tell()
    expect(draftsIn(folder)).toEqual(expect.arrayContaining(Array.isArray(ids) ? ids : []))
    await kill(child)
    const storage = diskStorage(folder, { links })
    expect(await storage.list()).toEqual({ entries: [] })
    expect(draftsIn(folder)).toHaveLength(4)
    expect(await start('save', folder, links, 'next').tell()).toBe(true)
    const [, , lasting] = Array.isArray(ids) ? ids : []
    expect(draftsIn(folder).toSorted()).toEqual([lasting, `${lasting}.json`])
    expect((await storage.list()).entries.map(({ key }) => key)).toEqual(['next'])
  })

  test('never sweep the drafts of a process that lives', async () => {
    const folder = newFolder()
    const { tell } = start('hold', folder, links)
    await tell()
    const storage = diskStorage(folder, { links })
    expect(await storage.sweep()).toBe(0)
    await (await storage.createDraft().seal()).publish('mine', RECORD)
    expect(await start('save', folder, links, 'other').tell()).toBe(true)
    expect(draftsIn(folder)).toHaveLength(4)
  })

  test('count each draft once when they sweep at the same time', async () => {
    const folder = newFolder()
    const held = await Promise.all(
      Array.from({ length: 2 }, async () => {
        const { child, tell } = start('hold', folder, links)
        await tell()
        return child
      }),
    )
    await Promise.all(held.map(kill))
    const storages = Array.from({ length: 8 }, () => diskStorage(folder, { links }))
    const counts = await Promise.all(storages.map((storage) => storage.sweep()))
    expect(counts.reduce((sum, count) => sum + count)).toBe(4)
  })
})

test.runIf(process.platform === 'linux')(
  'a draft beyond the file size limit of its process leaves nothing',
  async () => {
    const folder = newFolder()
    // The write that reaches the limit of 64 KiB takes only a part of its bytes, and the next write fails.
    const limited = spawn(
      'sh',
      ['-c', 'ulimit -f 128; exec "$0" -C source "$1" fill "$2" auto', process.execPath, PROGRAM, folder],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    )
    children.push(limited)
    const { value } = await createInterface({ input: limited.stdout })[Symbol.asyncIterator]().next()
    expect(JSON.parse(String(value))).toEqual(['storage-failed', 'EFBIG'])
    expect(draftsIn(folder)).toEqual([])
  },
)

describe.runIf(process.platform === 'linux')('the owner of a draft', () => {
  test('is dead when its process id belongs to a later process', async () => {
    expect(await isDead(processOwner())).toBe(false)
    expect(await isDead(`${processOwner()}.0123456789abcdef`)).toBe(false)
    expect(await isDead(ownerLike({ startTime: '1' }))).toBe(true)
    expect(await isDead(`${ownerLike({ startTime: '1' })}.0123456789abcdef`)).toBe(true)
  })

  test('is neither dead nor alive for a process in another container or with another boot id', async () => {
    expect(await isDead(ownerLike({ namespace: '1' }))).toBeUndefined()
    expect(await isDead(ownerLike({ boot: '00000000-0000-4000-8000-000000000000' }))).toBeUndefined()
  })

  test('is dead as soon as it was killed, even as a zombie whose parent does not ask for its exit code', async () => {
    const folder = newFolder()
    // Its parent has become a program that never asks for an exit code, so it stays a zombie.
    const shell = spawn(
      'sh',
      ['-c', '"$0" -C source "$1" hold "$2" auto & exec cat', process.execPath, PROGRAM, folder],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    )
    children.push(shell)
    await createInterface({ input: shell.stdout })[Symbol.asyncIterator]().next()
    const owner = readdirSync(join(folder, '.decant', 'drafts')).find((name) => name !== 'expiring') ?? ''
    expect(await isDead(owner)).toBe(false)
    process.kill(Number.parseInt(owner, 10), 'SIGKILL')
    // The signal takes effect a moment later: then the process is a zombie or gone.
    await expect.poll(() => isDead(owner)).toBe(true)
  })

  test('keeps a reservation as long as it lives, and loses it when it is dead', async () => {
    const folder = new PrivateFolder(newFolder(), { links: 'never' })
    await folder.prepare()
    const mine = await reserve(folder, 'Cat.jpg')
    expect(mine).toBeDefined()
    expect(await reserve(folder, 'cAT.JPG')).toBeUndefined()
    expect(await reserve(folder, 'dog.jpg')).toBeDefined()
    await mine?.release()
    const again = await reserve(folder, 'cat.jpg')
    expect(again).toBeDefined()
    const held = readdirSync(folder.reserved).find((name) =>
      readdirSync(join(folder.reserved, name)).some((token) => token.startsWith(processOwner())),
    )
    for (const name of readdirSync(folder.reserved)) {
      rmSync(join(folder.reserved, name), { recursive: true })
      mkdirSync(join(folder.reserved, name))
      writeFileSync(join(folder.reserved, name, `${ownerLike({ startTime: '1' })}.token`), '')
    }
    expect(held).toBeDefined()
    const winners = await Promise.all(Array.from({ length: 20 }, () => reserve(folder, 'CAT.jpg')))
    expect(winners.filter((reservation) => reservation !== undefined)).toHaveLength(1)
  })
})
