import { UploadError } from '../errors/upload-error.ts'
import type { ByteSink, DrainLimits, ReadOptions } from './byte-source.ts'
import type { Incoming } from './incoming.ts'

/**
 * How long to read on after a refusal. Some clients read only after they have sent everything. Without this, they find
 * a reset connection instead of the answer.
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
  // Reading asks a waiting client for its body. Such a client gets the answer instead.
  else if (!waitsToSend(incoming)) void body.drain()
}

/** True for a client that was not asked for its body yet and waits for `100 Continue` (RFC 9110 section 10.1.1). */
function waitsToSend(incoming: Incoming): boolean {
  const { body } = incoming
  return (
    body?.unread === true && body.length !== 0 && /(?:^|\W)100-continue(?:$|\W)/i.test(incoming.header('expect') ?? '')
  )
}

/** Reads with the `consume` of a source, within the limits. Rejects when a limit is reached. */
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
