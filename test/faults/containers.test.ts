import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath, kill } from 'node:process'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { processOwner } from '../../src/file/process-owner.ts'
import { openDiskStorage } from '../../src/storage/disk/disk-storage.ts'
import type { DiskStorage, DiskStorageOptions } from '../../src/storage/disk/disk-storage.ts'
import { ManualClock } from '../../src/storage/disk/fixtures/manual-clock.ts'
import { Host } from '../../src/storage/disk/host.ts'
import { draftsIn, open, readAnswer, storedIn } from '../cli/client.ts'
import { isolatedPid, untilStopped } from './isolated-process.ts'
import { canIsolate, ISOLATED } from './machine.ts'
import { uploadServer } from './upload-server.ts'
import type { UploadServer } from './upload-server.ts'

const PROGRAM = fileURLToPath(new URL('../../src/storage/disk/fixtures/draft-process.ts', import.meta.url))
const HALF = Buffer.alloc(300_000, 'x')
const MINUTE_MS = 60_000

const base = mkdtempSync(join(tmpdir(), 'decant-containers-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const newFolder = (): string => mkdtempSync(join(base, 'folder-'))

/** This process, which uses the folder as well, and whose clock goes as it is told. */
function here(folder: string, options: DiskStorageOptions = {}): { clock: ManualClock; storage: DiskStorage } {
  const clock = new ManualClock()
  return { clock, storage: openDiskStorage(folder, options, new Host(clock, processOwner())) }
}

/** An upload of which the first half is on the disk. */
async function halfSent(server: UploadServer, folder: string) {
  const headers = { 'content-length': 2 * HALF.length }
  const sent = open(server.port, { method: 'PUT', path: '/uploads/half.txt', headers })
  const answer = readAnswer(sent)
  sent.write(HALF)
  await expect.poll(() => draftsIn(folder)).not.toEqual([])
  return { end: () => (sent.end(HALF), answer) }
}

describe.skipIf(!canIsolate)('a process in another container', () => {
  test.each(['auto', 'never'])(
    'that is killed after COMMIT is noticed within two minutes, and its file is there, with links: %s',
    async (links) => {
      const folder = newFolder()
      const [command = '', ...parameters] = ISOLATED
      const program = [execPath, '-C', 'source', PROGRAM, 'prepare', folder, links, 'cat']
      const child = spawn(command, [...parameters, ...program], { stdio: ['ignore', 'pipe', 'inherit'] })
      const exited = once(child, 'exit')
      await once(child.stdout, 'data')
      const asked: (readonly string[])[] = []
      const { clock, storage } = here(folder, { recover: ({ keys }) => (asked.push(keys), 'publish') })
      await storage.sweep()
      kill(isolatedPid(child), 'SIGKILL')
      await exited
      await storage.sweep()
      expect(storedIn(folder)).toEqual([])
      await clock.advance(2 * MINUTE_MS)
      expect(asked).toEqual([['cat', 'cat.2']])
      expect(storedIn(folder)).toEqual(['cat', 'cat.2'])
    },
  )

  test('that is stopped for ten minutes and continued fails what was taken from it, and takes the next upload', async () => {
    const folder = newFolder()
    await using server = await uploadServer(folder, { before: ISOLATED })
    const pid = isolatedPid(server.child)
    const { end } = await halfSent(server, folder)
    const { clock, storage } = here(folder)
    await storage.sweep()
    kill(pid, 'SIGSTOP')
    await untilStopped(pid, 'stopped')
    await clock.advance(10 * MINUTE_MS)
    expect(draftsIn(folder)).toEqual([])
    kill(pid, 'SIGCONT')
    expect((await end()).status).toBe(500)
    expect(storedIn(folder)).toEqual([])
    expect((await server.put('next.txt', HALF)).status).toBe(201)
    expect(readFileSync(join(folder, 'next.txt')).equals(HALF)).toBe(true)
  })
})

describe('a process in the same container', () => {
  test('that is stopped for ten minutes and continued keeps what it had', async () => {
    const folder = newFolder()
    await using server = await uploadServer(folder)
    const pid = server.child.pid ?? expect.unreachable()
    const { end } = await halfSent(server, folder)
    const { clock, storage } = here(folder)
    await storage.sweep()
    kill(pid, 'SIGSTOP')
    await untilStopped(pid, 'stopped')
    await clock.advance(10 * MINUTE_MS)
    kill(pid, 'SIGCONT')
    expect((await end()).status).toBe(201)
    expect(readFileSync(join(folder, 'half.txt')).equals(Buffer.concat([HALF, HALF]))).toBe(true)
  })
})
