import { UploadError } from '../errors/upload-error.ts'
import type { ByteSink, DrainLimits, ReadOptions } from './byte-source.ts'
import type { Incoming } from './incoming.ts'

/**
 * How long to listen to a client that has been refused, so that it hears the answer: one that reads only after it has
 * sent everything would otherwise meet a reset connection.
 */
export const DRAIN_LIMITS: DrainLimits = { maxBytes: 512 * 1024 ** 2, maxMs: 30_000, idleMs: 5_000 }

/**
 * Discards the rest of the body, within limits. Resolves when the answer may be sent: at once if client and server can
 * talk at the same time, otherwise when the body is drained.
 */
export async function discardBody(incoming: Incoming): Promise<void> {
  const { body } = incoming
  if (body === undefined) return
  if (!body.fullDuplex) await body.drain()
  // To read is to ask for the body; the answer has to come first where a client waits to be asked.
  else if (!waitsToSend(incoming)) void body.drain()
}

/** True for a client that was not asked for its body yet and waits for `100 Continue` (RFC 9110 section 10.1.1). */
function waitsToSend(incoming: Incoming): boolean {
  const { body } = incoming
  return (
    body?.unread === true && body.length !== 0 && /(?:^|\W)100-continue(?:$|\W)/i.test(incoming.header('expect') ?? '')
  )
}

/** Reads within the caps by the `consume` of a source. Rejects where a cap ends it. */
export async function drainWithin(
  { maxBytes, maxMs, idleMs }: DrainLimits,
  consume: (sink: ByteSink, options: ReadOptions) => Promise<void>,
): Promise<void> {
  let left = maxBytes
  const spend = (chunk: Uint8Array): undefined => {
    left -= chunk.length
    if (left < 0) throw new UploadError('body-too-large', { limit: maxBytes })
  }
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), maxMs)
  try {
    await consume(spend, { idleTimeoutMs: idleMs, signal: timeout.signal })
  } finally {
    clearTimeout(timer)
  }
}
