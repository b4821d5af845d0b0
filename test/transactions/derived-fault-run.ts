import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diskStorage } from '../../src/disk.ts'
import { uploadForm } from '../../src/form.ts'
import type { FileTransaction } from '../../src/form.ts'
import { ALL, isUploadError, uploadSet } from '../../src/index.ts'
import type { StoredFile, UploadSet } from '../../src/index.ts'
import type { Recover } from '../../src/storage/transaction.ts'
import { failingStorage, formBody } from '../../src/testing.ts'
import { SeededRandom } from '../endurance/seeded-random.ts'
import { derivedFaults, sweepTogether, THUMB_SIZE } from './derived-files.ts'

export interface DerivedFaultReport {
  /** How many forms met which fault. */
  readonly met: ReadonlyMap<string, number>
  /** How many forms had which outcome. */
  readonly outcomes: ReadonlyMap<string, number>
  /** Promises that were not kept, each in a sentence. */
  readonly faults: readonly string[]
}

const STEPS = ['append', 'seal', 'stream', 'reserve', 'prepare', 'delete', 'commit', 'finish'] as const
/** The first calls of a step, of which one is to fail. */
const CALLS = 4
const MOMENTS = ['before all', 'after the thumbnail', 'after the deletions', 'after the row'] as const
const CONTENT = Buffer.alloc(3000, 'x')

/** The fault that one form meets: at a moment of its handler, or in one of its storages. */
interface Plan {
  readonly name: string
  readonly moment?: (typeof MOMENTS)[number]
  readonly step?: (typeof STEPS)[number]
  readonly isOther?: boolean
}

/** Rows of a table: the files that each names. A row is gone when another one replaces it. */
class Table {
  readonly #ids = new Set<string>()
  live: readonly string[] = []

  readonly recover: Recover = ({ id }) => (this.#ids.has(id) ? 'publish' : 'discard')

  has(id: string): boolean {
    return this.#ids.has(id)
  }

  replace(id: string, files: readonly string[]): void {
    this.#ids.add(id)
    this.live = files
  }

  /** Takes a row back that was not committed. */
  undo(id: string, before: readonly string[]): void {
    this.#ids.delete(id)
    this.live = before
  }
}

/**
 * Receives so many forms. The handler of each saves a thumbnail in another storage and deletes the files of the form
 * before it, and meets a fault. Looks after each form at the rows and the files.
 */
export async function derivedFaultRun(options: {
  readonly times: number
  readonly seed: number
}): Promise<DerivedFaultReport> {
  const random = new SeededRandom(options.seed)
  const folder = mkdtempSync(join(tmpdir(), 'decant-derived-faults-'))
  const table = new Table()
  const met = new Map<string, number>()
  const outcomes = new Map<string, number>()
  const faults: string[] = []
  try {
    for (let form = 0; form < options.times; form++) {
      const plan = planOf(random)
      const links = random.chance(0.5) ? 'auto' : 'never'
      const disks = ['uploads', 'thumbs'].map((name) =>
        diskStorage(join(folder, name), { links, recover: table.recover }),
      )
      const storages = disks.map((disk, index) =>
        plan.step === undefined || (index === 1) !== plan.isOther
          ? disk
          : failingStorage(disk, { [plan.step]: [random.integer(1, CALLS)] }),
      )
      const [files, thumbs] = ['files', 'thumbs'].map((name, index) => setOf(name, storages[index] ?? disks[0]))
      if (files === undefined || thumbs === undefined) throw new Error('There are two sets.')
      const { outcome, id } = await send(table, plan, files, thumbs)
      count(met, plan.name)
      count(outcomes, outcome)
      const told = `Form ${form} (${plan.name}, ${links})`
      const isIn = table.has(id)
      if (isIn !== (outcome === 'stored' || outcome === 'publishing-delayed'))
        faults.push(`${told}: ${outcome}, row: ${isIn}.`)
      await sweepTogether(...storages, ...disks)
      faults.push(...derivedFaults(folder, table.live, CONTENT).map((fault) => `${told}: ${fault}.`))
      for (const disk of disks) await disk.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return { met, outcomes, faults }
}

function setOf(name: string, storage: UploadSet['storage'] | undefined): UploadSet {
  if (storage === undefined) throw new Error('There are two storages.')
  return uploadSet(name, { storage, extensions: ALL, content: 'trust' })
}

function planOf(random: SeededRandom): Plan {
  if (random.chance(0.3)) {
    const moment = random.pick(MOMENTS)
    return { name: `the handler throws ${moment}`, moment }
  }
  const step = random.pick(STEPS)
  const isOther = random.chance(0.5)
  return { name: `the ${isOther ? 'other' : 'first'} storage fails to ${step}`, step, isOther }
}

/** The outcome of a form, `stored` or a code, and the id of its transaction if its handler was called. */
async function send(
  table: Table,
  plan: Plan,
  files: UploadSet,
  thumbs: UploadSet,
): Promise<{ readonly outcome: string; readonly id: string }> {
  const form = uploadForm({ cover: files.one(), more: files.many({ max: 2 }) })
  const body = formBody([
    { name: 'cover', filename: 'cover.txt', content: CONTENT },
    { name: 'more', filename: 'more.txt', content: CONTENT },
  ])
  const init = {
    method: 'POST',
    headers: { 'content-type': body.contentType },
    body: body.stream(),
    duplex: 'half' as const,
  }
  let id = ''
  const throwAt = (moment: Plan['moment']): void => {
    if (plan.moment === moment) throw new Error(moment)
  }
  const handle = async (
    { cover, more }: { readonly cover: StoredFile; readonly more: readonly StoredFile[] },
    transaction: FileTransaction,
  ): Promise<void> => {
    id = transaction.id
    throwAt('before all')
    const bytes = await transaction.bytes(cover)
    const thumb = await transaction.save(thumbs, bytes.subarray(0, THUMB_SIZE), { filename: 'cover.txt' })
    throwAt('after the thumbnail')
    for (const key of table.live) {
      const [name, ...rest] = key.split('/')
      await transaction.delete(name === 'thumbs' ? thumbs : files, rest.join('/'))
    }
    throwAt('after the deletions')
    table.replace(
      id,
      [cover, ...more, thumb].map(({ set, key }) => `${set}/${key}`),
    )
  }
  try {
    await form.receive(new Request('http://localhost/', init), async (data, transaction) => {
      const before = table.live
      await handle(data, transaction)
      if (plan.moment !== 'after the row') return
      // A database that fails to commit.
      table.undo(id, before)
      throwAt('after the row')
    })
    return { outcome: 'stored', id }
  } catch (error) {
    return { outcome: isUploadError(error) ? error.code : 'thrown', id }
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
