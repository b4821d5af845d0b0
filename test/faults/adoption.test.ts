import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { diskStorage } from '../../src/disk.ts'
import { filesIn, storedIn } from '../cli/client.ts'
import { callMoments, FILE_CALLS } from './call-moments.ts'
import type { CallMoment } from './call-moments.ts'
import { canTrace } from './machine.ts'
import { traceFiles } from './upload-server.ts'

const PROGRAM = fileURLToPath(new URL('fixtures/adopt-program.ts', import.meta.url))
const CONTENT = 'x'.repeat(10_000)

const base = mkdtempSync(join(tmpdir(), 'decant-adoption-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const newFolder = (): string => mkdtempSync(join(base, 'folder-'))

type Source = 'stored' | 'path'
type Links = 'auto' | 'never'

/** A process that is about to adopt a file. It is killed when it is disposed of. */
interface Adopter extends AsyncDisposable {
  readonly child: ChildProcess
  /** Adopts; the key, or `undefined` if the process died. */
  adopt(): Promise<string | undefined>
}

async function adopter(source: Source, folder: string, links: Links): Promise<Adopter> {
  const child = spawn(execPath, ['-C', 'source', PROGRAM, source, folder, links], {
    env: { PATH: process.env['PATH'], UV_THREADPOOL_SIZE: '1', NODE_COMPILE_CACHE: join(base, 'compiled') },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  await lines.next()
  return {
    child,
    async adopt() {
      child.stdin.write('\n')
      const [{ value }] = await Promise.all([lines.next(), exited])
      return typeof value === 'string' ? value : undefined
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function momentsOf(source: Source, links: Links): Promise<CallMoment[]> {
  const folder = newFolder()
  await using process = await adopter(source, folder, links)
  await using tracing = await traceFiles(process.child.pid, '-e', `trace=${FILE_CALLS}`)
  expect(await process.adopt()).toBe('out/a.txt')
  return callMoments(await tracing.end(), folder)
}

/** The places that the file can have before and after, with all its bytes, and the rest of the private folder. */
function look(folder: string, source: Source) {
  const uploads = join(folder, 'uploads')
  const places = [
    source === 'path' ? join(folder, 'made.txt') : join(uploads, 'in', 'a.txt'),
    join(uploads, 'out', 'a.txt'),
  ]
  const [before, after] = places.map((path) => existsSync(path) && readFileSync(path, 'utf8') === CONTENT)
  const rest = filesIn(uploads).filter((path) => path.startsWith('.decant') && !path.startsWith('.decant/records/'))
  return { before, after, rest, reserved: readdirSync(join(uploads, '.decant', 'reserved')), stored: storedIn(uploads) }
}

// A process is started for each moment: on a busy machine that takes its time.
describe.skipIf(!canTrace).each([
  ['stored', 'auto'],
  ['stored', 'never'],
  ['path', 'auto'],
  ['path', 'never'],
] as const)('the adoption of a file (%s, links: %s)', { timeout: 300_000 }, (source, links) => {
  test('has the file whole in its old place or in its new one, whichever call the process is killed at', async () => {
    const moments = await momentsOf(source, links)
    expect(moments.length).toBeGreaterThan(8)
    let moved = 0
    const queue = moments.values()
    const work = async (): Promise<void> => {
      for (const { call, n } of queue) {
        const folder = newFolder()
        // oxlint-disable-next-line no-await-in-loop
        await using process = await adopter(source, folder, links)
        // oxlint-disable-next-line no-await-in-loop
        await using tracing = await traceFiles(process.child.pid, '-e', `inject=${call}:signal=KILL:when=${n}`)
        // oxlint-disable-next-line no-await-in-loop
        const key = await process.adopt()
        expect(tracing.lines.length).toBeGreaterThan(0)
        const found = look(folder, source)
        expect(found.before || found.after, `${call} ${n}`).toBe(true)
        if (key !== undefined) expect(found, `${call} ${n}`).toMatchObject({ before: false, after: true })
        const storage = diskStorage(join(folder, 'uploads'), { links })
        // oxlint-disable-next-line no-await-in-loop
        await storage.sweep()
        const swept = look(folder, source)
        // A deletion that was begun is ended.
        expect(swept.before || swept.after, `${call} ${n}`).toBe(true)
        if (!found.before) expect(swept, `${call} ${n}`).toMatchObject({ before: false, after: true })
        expect([swept.rest, swept.reserved], `${call} ${n}`).toEqual([[], []])
        // oxlint-disable-next-line no-await-in-loop
        if (swept.after) expect((await storage.stat('out/a.txt'))?.size).toBe(10_000)
        if (swept.after) moved++
      }
    }
    await Promise.all([work(), work()])
    // Before the new name, and after it.
    expect(moved).toBeGreaterThan(1)
    expect(moved).toBeLessThan(moments.length)
  })
})
