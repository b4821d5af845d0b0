import { randomUUID } from 'node:crypto'
import { readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DiskCalls } from '../../file/disk-calls.ts'
import { exists } from '../../file/exists.ts'
import { flushFolder } from '../../file/folder-flush.ts'
import { hasCode } from '../../file/system-error.ts'
import type { DraftPlace } from './draft-place.ts'
import { moveFolder } from './move-folder.ts'
import { writeNewFile } from './new-file.ts'
import { NO_OWNER } from './prepared-name.ts'

/**
 * The decision about a transaction. Each transaction gets only one verdict, ever. `publish-only` publishes the files
 * and deletes none. The sweep of a storage without `recover` gives this verdict, because it cannot ask the application.
 */
export type Verdict = 'publish' | 'publish-only' | 'discard'

const NAME = 'verdict'
/** In format 1, this file stands in the place of the owner if only publishing failed, after the decision. */
const FORMER_PUBLISH = `owner.${NO_OWNER}`

/** The verdict in the folder of a transaction, if there is one. Rejects with the system's error. */
export async function readVerdict(folder: string): Promise<Verdict | undefined> {
  const path = join(folder, NAME)
  try {
    return toVerdict(await readFile(path, 'utf8'))
  } catch (error) {
    // Without links, the verdict is a folder. The name of the file in it is the verdict.
    if (hasCode(error, 'EISDIR')) return toVerdict((await readdir(path)).join())
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
    return (await exists(join(folder, FORMER_PUBLISH))) ? 'publish' : undefined
  }
}

/**
 * Gives a transaction its verdict, in one step, unless it has one already. Returns the verdict that counts. Rejects
 * with the system's error, which is `ENOENT` if the folder has another owner by now.
 */
export async function giveVerdict(place: DraftPlace, folder: string, wanted: Verdict): Promise<Verdict> {
  return (await readVerdict(folder)) ?? giveFirstVerdict(place, folder, wanted)
}

/**
 * Like `giveVerdict`, for a caller that expects no verdict yet. It does not read first: linking fails if there is one.
 * It does not work for transactions of format 1.
 */
export async function giveFirstVerdict(place: DraftPlace, folder: string, wanted: Verdict): Promise<Verdict> {
  await place.folder.owner.confirm()
  const made = join(folder, `${randomUUID()}.${NAME}`)
  const give = (await place.folder.canLink()) ? giveByLink : giveByFolder
  const { calls } = place.folder
  if (await give({ calls, made, path: join(folder, NAME), wanted, durable: place.durable })) {
    if (place.durable) await flushFolder(folder)
    return wanted
  }
  const verdict = await readVerdict(folder)
  if (verdict === undefined) throw new Error(`The verdict of the transaction in ${folder} cannot be read.`)
  return verdict
}

interface NewVerdict {
  readonly calls: DiskCalls
  /** The path under which it is made, before it gets to `path`. */
  readonly made: string
  readonly path: string
  readonly wanted: Verdict
  readonly durable: boolean
}

async function giveByLink({ calls, made, path, wanted, durable }: NewVerdict): Promise<boolean> {
  await writeNewFile(calls, made, wanted, durable)
  try {
    await calls.link(made, path)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

/** Gives a verdict without links: it is a folder then. Here, too, the first one counts. */
async function giveByFolder({ calls, made, path, wanted, durable }: NewVerdict): Promise<boolean> {
  await calls.makeFolder(made)
  await writeNewFile(calls, join(made, wanted), '', durable)
  if (durable) await flushFolder(made)
  let isGiven = false
  try {
    isGiven = await moveFolder(calls, made, path)
  } finally {
    if (!isGiven) await rm(made, { recursive: true, force: true })
  }
  return isGiven
}

function toVerdict(text: string): Verdict {
  // Without `durable`, a loss of power can leave an empty file. Publish then: a file that no row names is harmless, but
  // a row without its file is not.
  if (/^[\s\0]*$/.test(text)) return 'publish'
  if (text === 'publish' || text === 'publish-only' || text === 'discard') return text
  throw new Error('A transaction has a verdict that this version of Decant does not know.')
}
