import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { diskStorage } from '../../src/disk.ts'
import { uploadForm } from '../../src/form.ts'
import { ALL, uploadSet } from '../../src/index.ts'
import { attach, sendProblem } from '../../src/node.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { failingStorage } from '../../src/testing.ts'
import { storedIn } from '../cli/client.ts'
import { encodedForm } from '../endurance/encoded-form.ts'
import { entriesBelow } from '../endurance/entries-below.ts'
import { bytesOfName, seededFile } from '../endurance/seeded-file.ts'
import type { SeededFile } from '../endurance/seeded-file.ts'
import { SeededRandom } from '../endurance/seeded-random.ts'
import { PostTable } from './post-table.ts'
import type { InsertFault } from './post-table.ts'

export interface FaultReport {
  /** How many forms met which fault. */
  readonly met: ReadonlyMap<string, number>
  /** How many forms had which outcome. */
  readonly outcomes: ReadonlyMap<string, number>
  /** Promises that were not kept, each in a sentence. */
  readonly faults: readonly string[]
}

const INSERT_FAULTS = ['before', 'after', 'commit'] as const satisfies InsertFault[]
const STEPS = ['append', 'seal', 'reserve', 'prepare', 'commit'] as const
/** The first calls of a step, of which one is to fail. */
const CALLS = 4

/** The fault that one form meets. */
interface Plan {
  readonly name: string
  readonly insert?: InsertFault
  readonly step?: (typeof STEPS)[number]
  /** The part of the body after which the client is gone. */
  readonly cut?: number
}

/**
 * Sends so many forms of one to three files, each of which meets a fault, and looks after each at the rows and the
 * files.
 */
export async function faultRun(options: { readonly times: number; readonly seed: number }): Promise<FaultReport> {
  const random = new SeededRandom(options.seed)
  const folder = mkdtempSync(join(tmpdir(), 'decant-faults-'))
  const uploads = join(folder, 'uploads')
  const table = new PostTable(join(folder, 'posts.db'))
  const met = new Map<string, number>()
  const outcomes = new Map<string, number>()
  const faults: string[] = []
  try {
    for (let form = 0; form < options.times; form++) {
      const plan = planOf(random)
      const disk = diskStorage(uploads, { links: random.chance(0.5) ? 'auto' : 'never', recover: table.recover })
      const storage = plan.step === undefined ? disk : failingStorage(disk, { [plan.step]: [random.integer(1, CALLS)] })
      const before = table.keys()
      const files = Array.from({ length: random.integer(1, 3) }, (_, index) =>
        seededFile(`form-${form}-${index}`, random.magnitude(1, 300_000), 'bin'),
      )
      const outcome = await send(storage, table, plan, files)
      count(met, plan.name)
      count(outcomes, outcome)
      const isIn = table.keys().size > before.size
      const isSaid = outcome === 'stored' || outcome === 'publishing-delayed'
      if (plan.cut === undefined && isIn !== isSaid)
        faults.push(`Form ${form} (${plan.name}): ${outcome}, rows: ${isIn}.`)
      if (outcome === 'stored') compare(`Form ${form} (${plan.name}), before the sweep`)
      await storage.sweep()
      compare(`Form ${form} (${plan.name})`)
    }
  } finally {
    table.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { met, outcomes, faults }

  function compare(when: string): void {
    const rows = table.keys()
    const there = new Set(storedIn(uploads))
    const left = entriesBelow(join(uploads, '.decant')).filter(
      (path) => /^(?:drafts|prepared|reserved)\/.*[^/]$/.test(path) && !path.endsWith('/lease'),
    )
    for (const key of rows) if (!there.has(key)) faults.push(`${when}: a row names ${key}, which is not there.`)
    for (const key of there) {
      if (!rows.has(key)) faults.push(`${when}: no row names ${key}.`)
      if (bytesOfName(key)?.equals(readFileSync(join(uploads, key))) !== true)
        faults.push(`${when}: ${key} is not whole.`)
    }
    for (const path of left) faults.push(`${when}: ${path} is left.`)
  }
}

function planOf(random: SeededRandom): Plan {
  const kind = random.pick(['insert', 'step', 'step', 'cut'] as const)
  if (kind === 'cut') return { name: 'the client goes', cut: random.fraction() }
  if (kind === 'step') {
    const step = random.pick(STEPS)
    return { name: `the storage fails to ${step}`, step }
  }
  const insert = random.pick(INSERT_FAULTS)
  return { name: insert === 'commit' ? 'the database fails to commit' : `the handler throws ${insert} its row`, insert }
}

/** The outcome of a form: `stored`, a code, or `gone` for a client that did not wait. */
async function send(storage: Storage, table: PostTable, plan: Plan, files: readonly SeededFile[]): Promise<string> {
  const set = uploadSet('files', { storage, extensions: ALL, content: 'trust' })
  const form = uploadForm({ files: set.many({ max: 3 }) })
  const ended = Promise.withResolvers<void>()
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await form.receive(request, (data) =>
        table.insert(
          data.files.map(({ key }) => key),
          plan.insert,
        ),
      )
      response.writeHead(201).end()
    } catch (error) {
      await sendProblem(request, response, error)
    }
  }
  const hungUp = Promise.withResolvers<void>()
  let isAsked = false
  const server = createServer((request, response) => {
    isAsked = true
    void respond(request, response).finally(ended.resolve)
  })
  attach(server).on('connection', (socket) => socket.on('close', () => hungUp.resolve()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert(typeof address === 'object' && address !== null)
  try {
    const { contentType, body } = await encodedForm(
      files.map(({ name, bytes }) => ({ name: 'files', filename: name, content: bytes })),
    )
    const socket = connect(address.port, '127.0.0.1')
    // EPIPE, ECONNRESET: the server may answer before all has come.
    socket.on('error', () => {})
    socket.write(
      `POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: ${contentType}\r\nContent-Length: ${body.length}\r\n\r\n`,
    )
    if (plan.cut !== undefined) {
      const part = body.subarray(0, Math.floor(body.length * plan.cut))
      await new Promise<void>((resolve) => void socket.write(part, () => resolve()))
      socket.resetAndDestroy()
      await hungUp.promise
      // A reset may overtake the head, and then nothing was ever asked.
      if (isAsked) await ended.promise
      return 'gone'
    }
    socket.write(body)
    const answer = await text(socket)
    await ended.promise
    return answer.startsWith('HTTP/1.1 201')
      ? 'stored'
      : (/"code":\s*"([\w-]+)"/.exec(answer)?.[1] ?? answer.slice(0, 100))
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
