import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { diskStorage } from '../../src/disk.ts'
import type { DiskStorageOptions } from '../../src/disk.ts'
import { filesIn, storedIn } from '../cli/client.ts'
import type { Answer } from '../cli/client.ts'
import { callMoments, FILE_CALLS } from './call-moments.ts'
import type { CallMoment } from './call-moments.ts'
import { canTrace } from './machine.ts'
import { trace, uploadServer } from './upload-server.ts'
import type { UploadServer } from './upload-server.ts'

const FIRST = Buffer.from('first')
const BYTES = Buffer.alloc(10_000, 'x')

const base = mkdtempSync(join(tmpdir(), 'decant-killed-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

/** The requests that are made while the server is killed. */
type Attempt = (server: UploadServer) => Promise<Answer>

interface Scenario {
  readonly storage: DiskStorageOptions
  readonly prepare: (folder: string) => Promise<void>
  readonly attempt: Attempt
  /** Looks at what a killed server left. */
  readonly look: (death: Death) => Promise<void>
}

interface Death extends CallMoment {
  readonly folder: string
  /** Of the answer, or undefined if there was none. */
  readonly status: number | undefined
}

/** The calls of an undisturbed attempt that have to do with its folder, in their order. */
async function momentsOf({ storage, prepare, attempt }: Scenario): Promise<CallMoment[]> {
  const folder = mkdtempSync(join(base, 'folder-'))
  await prepare(folder)
  await using server = await uploadServer(folder, { storage })
  await using tracing = await trace(server.child.pid, '-e', `trace=${FILE_CALLS}`)
  expect((await attempt(server)).status).toBeLessThan(300)
  return callMoments(await tracing.end(), folder)
}

/** Kills a server when it is about to make a call. */
async function kill({ storage, prepare, attempt }: Scenario, { call, n }: CallMoment): Promise<Death> {
  const folder = mkdtempSync(join(base, 'folder-'))
  await prepare(folder)
  await using server = await uploadServer(folder, { storage })
  await using tracing = await trace(server.child.pid, '-e', `inject=${call}:signal=KILL:when=${n}`)
  const answer = await attempt(server).catch(() => undefined)
  // It may have answered before what it does last.
  const isDead = (): boolean => tracing.lines.some((line) => line.includes('killed by SIGKILL'))
  await expect.poll(isDead, { message: `${call} ${n}`, timeout: 10_000 }).toBe(true)
  return { call, n, folder, status: answer?.status }
}

/** Kills a server at each moment of an attempt. The number of deaths. */
async function killAtEach(scenario: Scenario): Promise<number> {
  const moments = await momentsOf(scenario)
  for (let start = 0; start < moments.length; start += 3) {
    const batch = moments.slice(start, start + 3)
    await Promise.all(batch.map(async (moment) => scenario.look(await kill(scenario, moment))))
  }
  return moments.length
}

/** Stores a file in this process, which is another one to every server. */
async function storeFirst(folder: string): Promise<void> {
  const draft = diskStorage(folder).createDraft()
  await draft.append(FIRST)
  await (await draft.seal()).publish('first.txt', { filename: 'First.txt', type: 'text/plain' })
}

function isFirstThere(folder: string): boolean {
  return readFileSync(join(folder, 'first.txt')).equals(FIRST)
}

/** That nothing private is left but what belongs to the files that are there. */
function expectTidy(folder: string, moment: string): void {
  const records = storedIn(folder).map((key) => join('.decant/records', createHash('sha256').update(key).digest('hex')))
  const rest = filesIn(folder).filter((path) => path.startsWith('.decant') && !records.includes(path))
  expect(rest, moment).toEqual([])
  expect(readdirSync(join(folder, '.decant', 'reserved')), moment).toEqual([])
}

function expectWhole(folder: string, name: string, bytes: Buffer): void {
  if (existsSync(join(folder, name))) expect(readFileSync(join(folder, name)).equals(bytes)).toBe(true)
}

const upload: Attempt = (server) => server.put('a.txt', BYTES)

// A server is started for each death: on a busy machine that takes its time.
describe.skipIf(!canTrace)('a server that is killed', { timeout: 300_000 }, () => {
  test.each([
    ['with links', { durable: true }, 12],
    ['without links', { durable: true, links: 'never' }, 18],
  ] as const)(
    'in an upload, %s, loses nothing that it answered and leaves nothing half done',
    async (_, storage, least) => {
      const look = async ({ call, n, folder, status }: Death): Promise<void> => {
        const there = storedIn(folder)
        if (status === 201) expect(there).toContain('a.txt')
        expectWhole(folder, 'a.txt', BYTES)
        expect(isFirstThere(folder)).toBe(true)
        await diskStorage(folder).sweep()
        expectTidy(folder, `${call} ${n}`)
        expect(storedIn(folder)).toEqual(there)
      }
      const deaths = await killAtEach({ storage, prepare: storeFirst, attempt: upload, look })
      expect(deaths).toBeGreaterThanOrEqual(least)
    },
  )

  test('in the first upload of all leaves a folder that the next process uses', async () => {
    const look = async ({ call, n, folder }: Death): Promise<void> => {
      expectWhole(folder, 'a.txt', BYTES)
      await storeFirst(folder)
      await diskStorage(folder).sweep()
      expect(isFirstThere(folder)).toBe(true)
      expectTidy(folder, `${call} ${n}`)
    }
    const deaths = await killAtEach({ storage: {}, prepare: async () => {}, attempt: upload, look })
    expect(deaths).toBeGreaterThanOrEqual(15)
  })

  test('in a deletion has the file whole or not at all', async () => {
    const look = async ({ call, n, folder }: Death): Promise<void> => {
      expectWhole(folder, 'first.txt', FIRST)
      await diskStorage(folder).sweep()
      expectTidy(folder, `${call} ${n}`)
    }
    const attempt: Attempt = (server) => server.delete('first.txt')
    const deaths = await killAtEach({ storage: { durable: true }, prepare: storeFirst, attempt, look })
    expect(deaths).toBeGreaterThanOrEqual(4)
  })

  test('in a save has the file whole or not at all, and the next process tidies up', async () => {
    const look = async ({ folder, status }: Death): Promise<void> => {
      const there = readdirSync(folder).filter((name) => name === 'a.txt')
      if (status === 201) expect(there).toEqual(['a.txt'])
      expectWhole(folder, 'a.txt', BYTES)
      await using next = await uploadServer(folder)
      expect((await next.post('b.txt', FIRST, '/save')).status).toBe(201)
      expect(readdirSync(folder).toSorted()).toEqual([...there, 'b.txt'])
    }
    const attempt: Attempt = (server) => server.post('a.txt', BYTES, '/save')
    const deaths = await killAtEach({ storage: {}, prepare: async () => {}, attempt, look })
    expect(deaths).toBeGreaterThanOrEqual(4)
  })
})
