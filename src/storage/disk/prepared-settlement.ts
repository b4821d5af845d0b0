import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { exists } from '../../file/exists.ts'
import { processOwner } from '../../file/process-owner.ts'
import { isMissing } from '../../file/system-error.ts'
import type { Recover } from '../transaction.ts'
import type { DraftPlace, Settlement } from './draft-place.ts'
import { isAbandoned, names } from './draft-sweep.ts'
import { discardPrepared, OWNER, publishPrepared, readPrepared } from './prepared-files.ts'
import { releaseReserved } from './reservation.ts'

/** Stands in the owner's place where all was decided and only publishing failed. */
const DECIDED = `${OWNER}none`

/** Lets any process publish what was decided and could not be published. Never rejects. */
export async function deferPrepared({ folder, unsettled }: DraftPlace, id: string): Promise<void> {
  unsettled.set(id, 'publish')
  const prepared = join(folder.prepared, id)
  try {
    await rename(join(prepared, OWNER + processOwner()), join(prepared, DECIDED))
  } catch {
    // EIO, EROFS, ...: then this process alone knows, until it is gone.
  }
}

/**
 * Settles the transactions of processes that are dead, and those that could not be carried out: each as was decided, as
 * `recover` says, or by publishing. What fails is left to the next call. Rejects with the first failure, when all have
 * been tried.
 */
export async function settlePrepared(place: DraftPlace, recover: Recover): Promise<void> {
  const failures: unknown[] = []
  const known = [...place.unsettled.keys()]
  const ids = await names(place.folder.prepared)
  // Settled by another process meanwhile.
  for (const id of known) if (!ids.includes(id)) place.unsettled.delete(id)
  if (ids.length > 0) await place.folder.prepare()
  for (const id of ids) {
    try {
      await settle(place, id, recover)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

async function settle(place: DraftPlace, id: string, recover: Recover): Promise<void> {
  const { folder, unsettled } = place
  const prepared = join(folder.prepared, id)
  const owner = (await names(prepared)).find((name) => name.startsWith(OWNER))
  if (owner === undefined) {
    // Being claimed this instant, or settled; or what the power left of a folder that was not flushed.
    if ((await exists(prepared)) && (await isAbandoned('', prepared))) await discardPrepared(place, id)
    return
  }
  const own = OWNER + processOwner()
  const settlement = owner === DECIDED ? 'publish' : await settlementOf(place, id, owner)
  if (settlement === undefined) return
  try {
    // Of several processes that settle, one gets it.
    await rename(join(prepared, owner), join(prepared, own))
  } catch (error) {
    if (isMissing(error)) return
    throw error
  }
  try {
    await carryOut(place, id, settlement, recover)
    unsettled.delete(id)
  } catch (error) {
    unsettled.set(id, settlement)
    await rename(join(prepared, own), join(prepared, owner)).catch(() => {
      // ENOENT: it is carried out, and its folder gone. EIO, ...: this process alone goes on with it, until it is gone.
    })
    throw error
  }
}

/** `undefined` for the transaction of somebody who lives. */
async function settlementOf(
  { folder, unsettled }: DraftPlace,
  id: string,
  owner: string,
): Promise<Settlement | undefined> {
  const name = owner.slice(OWNER.length)
  if (name === processOwner()) return unsettled.get(id)
  return (await isAbandoned(name, join(folder.prepared, id))) ? 'ask' : undefined
}

async function carryOut(place: DraftPlace, id: string, settlement: Settlement, recover: Recover): Promise<void> {
  const files = await readPrepared(join(place.folder.prepared, id))
  const keys = (files ?? []).map(({ key }) => key)
  // Nothing can be published of which nobody knows the keys.
  const decision = files === undefined ? 'discard' : settlement === 'ask' ? await recover(keys) : settlement
  if (decision === 'publish') await publishPrepared(place, id)
  else if (decision === 'discard') await discardPrepared(place, id)
  else throw new TypeError(`recover returned ${JSON.stringify(decision)}; it must be "publish" or "discard".`)
  for (const key of keys) await releaseReserved(place.folder, key, id)
}
