import type { Incoming } from '../http/incoming.ts'
import type { Outgoing, MountedHandler } from '../http/outgoing.ts'
import { endOfTurn } from '../runtime/end-of-turn.ts'

/** Bytes of a body that one read from a socket may bring together with the head of its request. */
const ONE_READ = 64 * 1024

/**
 * Calls the handler at the end of the turn in which the request came, together with the other requests of that turn
 * (docs/decisions/018). A longer body gains nothing by it, and its first chunk would wait in memory.
 */
export async function handleInTurn(handler: MountedHandler, incoming: Incoming): Promise<Outgoing | undefined> {
  const length = incoming.body === undefined ? 0 : incoming.body.length
  if (length !== undefined && length <= ONE_READ) await endOfTurn()
  return handler.handle(incoming)
}
