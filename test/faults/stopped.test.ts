import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env, kill } from 'node:process'
import { afterAll, describe, expect, test } from 'vitest'
import { diskStorage } from '../../src/disk.ts'
import { request, storedIn } from '../cli/client.ts'
import type { Answer } from '../cli/client.ts'
import { encodedForm } from '../endurance/encoded-form.ts'
import { callMoments, FILE_CALLS } from './call-moments.ts'
import { isolatedPid, stopsBefore } from './isolated-process.ts'
import { canIsolate, canTrace, ISOLATED } from './machine.ts'
import { traceFiles, uploadServer } from './upload-server.ts'
import type { UploadServer } from './upload-server.ts'

// Each run meets every third call, and three runs meet them all; `EVERY_CALL=1` meets them in one.
const { EVERY_CALL, TURN: turn = Date.now() % 3 } = env
const SHARE = EVERY_CALL === undefined ? 3 : 1
const TURN = Number(turn)

const base = mkdtempSync(join(tmpdir(), 'decant-stopped-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

/** A form of so many files of one name, each with a record since the name is not the one that is stored. */
async function send({ port }: UploadServer, name: string, texts: readonly string[]): Promise<Answer> {
  const files = texts.map((text) => ({ name: 'file', filename: `${name}  .TXT`, content: Buffer.from(text) }))
  const { contentType, body } = await encodedForm(files)
  return request(port, '/uploads', { method: 'POST', headers: { 'content-type': contentType }, body })
}

function keysOf({ status, text }: Answer): string[] {
  if (status !== 201) return []
  const { files }: { files: { key: string }[] } = JSON.parse(text)
  return files.map(({ key }) => key)
}

const OTHERS = [
  ['in the same container', []],
  ['in another container', ISOLATED],
] as const

describe.skipIf(!canTrace || !canIsolate)(
  'a server that is stopped after any of its calls',
  { timeout: 600_000 },
  () => {
    for (const [where, before] of OTHERS) {
      for (const links of ['auto', 'never'] as const) {
        test.each([
          ['a file', 'two', 1, 2],
          ['two files together', 'one', 2, 1],
        ])(
          `while it stores %s, and continued when a server ${where} has stored %s of that name, tells no client a key that holds other bytes, with links: ${links}`,
          async (_, __, count, others) => {
            const folder = mkdtempSync(join(base, 'folder-'))
            await using stopped = await uploadServer(folder, { storage: { links } })
            await using other = await uploadServer(folder, { storage: { links }, before })
            const pid = stopped.child.pid ?? expect.unreachable()
            if (before.length > 0) expect(isolatedPid(other.child)).not.toBe(pid)
            const textsOf = (who: string, moment: number, n: number): string[] =>
              Array.from({ length: n }, (___, index) => `${who} ${moment} ${index}`)
            for (const server of [stopped, other]) await send(server, 'warm', ['warm'])

            const looking = await traceFiles(pid, '-e', `trace=${FILE_CALLS}`)
            await send(stopped, 'first', textsOf('first', 0, count))
            const moments = callMoments(await looking.end(), folder).filter(
              (___, index) => index % SHARE === TURN % SHARE,
            )
            let stops = 0
            const told = new Map<string, string>()
            for (const [index, { call, n }] of moments.entries()) {
              const message = `turn ${TURN}: ${call} ${n}`
              const tracing = await traceFiles(pid, '-e', `inject=${call}:signal=STOP:when=${n}`)
              const sent = { stopped: textsOf('stopped', index, count), other: textsOf('other', index, others) }
              const running = send(stopped, `m${index}`, sent.stopped)
              const isStopped = await stopsBefore(running, pid, message)
              if (isStopped) stops++
              const answer = await send(other, `m${index}`, sent.other)
              kill(pid, 'SIGCONT')
              const all = { other: answer, stopped: await running }
              await tracing[Symbol.asyncDispose]()
              // It may have answered before what it does last.
              kill(pid, 'SIGCONT')
              for (const who of ['stopped', 'other'] as const) {
                const keys = keysOf(all[who])
                for (const [at, key] of keys.entries()) {
                  expect(told.has(key), `${message}: ${key} was told twice`).toBe(false)
                  told.set(key, sent[who][at] ?? '')
                }
                // The other one's transaction may have waited for the one that was stopped.
                if (keys.length === 0) expect(JSON.parse(all[who].text).code, message).toBe('publishing-delayed')
              }
              for (const [key, text] of told) expect(readFileSync(join(folder, key), 'utf8'), message).toBe(text)
              // A delayed file comes with a sweep, whole.
              await diskStorage(folder, { links }).sweep()
              const there = storedIn(folder).map((key) => readFileSync(join(folder, key), 'utf8'))
              for (const text of [...sent.stopped, ...sent.other])
                expect(
                  there.filter((each) => each === text),
                  message,
                ).toHaveLength(1)
            }
            expect(stops).toBeGreaterThan(5 / SHARE)
          },
        )
      }
    }
  },
)
