import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { afterAll, describe, expect, test } from 'vitest'
import { diskStorage } from '../../src/disk.ts'
import { draftsIn, open, readAnswer } from '../cli/client.ts'
import { canShiftClock, faketime } from './machine.ts'
import { uploadServer } from './upload-server.ts'

const base = mkdtempSync(join(tmpdir(), 'decant-clock-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const BYTES = Buffer.alloc(1_500_000, 'x')
const YEAR = new Date().getFullYear()

/** The environment of a process whose clock a file shifts, at any time of its life. */
function shiftedBy(file: string): Record<string, string> {
  return { LD_PRELOAD: faketime ?? '', FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', DONT_FAKE_MONOTONIC: '1' }
}

const SHIFTS = [
  ['a year ahead', '+366d', YEAR + 1],
  ['back to 1970', '@1970-01-02 00:00:00', 1970],
] as const

describe.skipIf(!canShiftClock).each(SHIFTS)('a clock that jumps %s', (_, shift, year) => {
  test('in a server does not disturb the upload that is running, and the next ones', async () => {
    const folder = mkdtempSync(join(base, 'folder-'))
    const clock = join(base, `clock-${year}`)
    writeFileSync(clock, '+0')
    await using server = await uploadServer(folder, { env: shiftedBy(clock) })
    expect((await server.put('first.txt', BYTES)).status).toBe(201)
    const sent = open(server.port, {
      method: 'PUT',
      path: '/uploads/running.txt',
      headers: { 'content-length': 2 * BYTES.length },
    })
    const answer = readAnswer(sent)
    sent.write(BYTES)
    const written = (): number => Math.max(0, ...draftsIn(folder).map((path) => statSync(join(folder, path)).size))
    await expect.poll(written).toBeGreaterThan(0)

    writeFileSync(clock, shift)
    // Another process begins, with that clock, and sweeps.
    await using other = await uploadServer(folder, { env: shiftedBy(clock) })
    const { headers } = await other.get('/uploads')
    expect(new Date(headers.date ?? '').getFullYear()).toBe(year)
    expect((await other.put('other.txt', BYTES)).status).toBe(201)
    expect(draftsIn(folder)).not.toEqual([])

    sent.end(BYTES)
    expect((await answer).status).toBe(201)
    expect(readFileSync(join(folder, 'running.txt'))).toHaveLength(2 * BYTES.length)
    const listed: { key: string }[] = JSON.parse((await server.get('/uploads?order=newest&limit=1')).text).files
    expect(listed).toHaveLength(1)
    for (const name of ['first.txt', 'running.txt', 'other.txt']) {
      const served = await server.get(`/uploads/${name}`)
      expect(served.status).toBe(200)
      expect((await other.get(`/uploads/${name}`)).bytes.equals(served.bytes)).toBe(true)
    }
  })

  test('ends only drafts that have expired by that clock, and a listing goes on from the same place', async () => {
    const folder = mkdtempSync(join(base, 'folder-'))
    const storage = diskStorage(folder)
    for (const key of ['a', 'b', 'c']) {
      const draft = storage.createDraft()
      await draft.append(Buffer.from(key))
      await (await draft.seal()).publish(key, { filename: key, type: 'text/plain' })
    }
    const expiring = storage.createDraft({ expiresAt: new Date(Date.now() + 3_600_000) })
    await expiring.append(BYTES)
    await expiring.flush()
    const running = storage.createDraft()
    await running.append(BYTES)
    await running.flush()
    const { next } = await storage.list({ order: 'newest', limit: 1 })
    const program = `
      import { diskStorage } from ${JSON.stringify(new URL('../../src/disk.ts', import.meta.url).href)}
      const storage = diskStorage(process.argv[1])
      const swept = await storage.sweep()
      const { entries } = await storage.list({ order: 'newest', cursor: process.argv[2] })
      console.log(JSON.stringify({ swept, rest: entries.length, year: new Date().getFullYear() }))`
    const { stdout } = spawnSync(execPath, ['-C', 'source', '--input-type=module', '-e', program, folder, next ?? ''], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], LD_PRELOAD: faketime ?? '', FAKETIME: shift },
    })
    expect(JSON.parse(stdout)).toEqual({ swept: year > 1970 ? 1 : 0, rest: 2, year })
    // The draft of a living process is never swept, whatever the clock says.
    await (await running.seal()).publish('running', { filename: 'running', type: 'text/plain' })
    expect((await storage.stat('running'))?.size).toBe(BYTES.length)
    await expiring.discard()
    expect(draftsIn(folder)).toEqual([])
  })
})
