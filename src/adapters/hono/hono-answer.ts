import { IdleWatch } from '../../http/idle-watch.ts'
import type { Incoming } from '../../http/incoming.ts'
import type { Outgoing } from '../../http/outgoing.ts'
import { toReadableStream } from '../../http/readable-stream.ts'
import { bodyChunks } from '../body-chunks.ts'
import { toBody } from '../fetch/to-body.ts'
import { STALL_TIMEOUT_MS } from '../stall-timeout.ts'
import { nodeExchange } from './hono-context.ts'
import type { HonoContext, NodeResponse } from './hono-context.ts'

/**
 * An answer in Hono's manner, with the headers that were set before and open to middleware that adds others.
 *
 * On Node its last byte goes out at once, but it ends only when the request's body is drained: Node closes some connections
 * at the end, and what the client still sends would then reset them before it has read anything.
 */
export async function honoAnswer(
  context: HonoContext,
  { status, headers, body }: Outgoing,
  incoming: Incoming,
  stallTimeoutMs: number = STALL_TIMEOUT_MS,
): Promise<Response> {
  const response = nodeExchange(context)?.response
  // RFC 9110 section 15.5.9.
  if (status === 408 && response !== undefined) response.shouldKeepAlive = false
  if (body === undefined) {
    // Such an answer cannot be held open.
    await incoming.body?.drain()
    return context.body(null, status, { ...headers })
  }
  const content =
    response === undefined ? toBody(body) : toReadableStream(heldOpen(body, incoming, response, stallTimeoutMs))
  return context.body(content, status, { ...headers })
}

async function* heldOpen(
  body: NonNullable<Outgoing['body']>,
  incoming: Incoming,
  response: NodeResponse,
  stallTimeoutMs: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (response.destroyed) return
  const watch = new IdleWatch(stallTimeoutMs, () => response.destroy())
  response.on('close', () => watch.stop())
  watch.suspend()
  const waitForClient = (): void => {
    // Its client may still be taking the answer to a request before this one (RFC 9112 section 9.3.2).
    if (response.socket === null) response.on('socket', () => watch.resume())
    else watch.resume()
  }
  for await (const chunk of bodyChunks(body)) {
    waitForClient()
    yield chunk
    watch.suspend()
  }
  await incoming.body?.drain()
  // The last of an answer has to be taken, too.
  waitForClient()
}
