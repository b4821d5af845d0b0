import { isFillingBody } from '../../http/filling-body.ts'
import { IdleWatch } from '../../http/idle-watch.ts'
import type { Incoming } from '../../http/incoming.ts'
import type { Outgoing } from '../../http/outgoing.ts'
import { toReadableStream } from '../../http/readable-stream.ts'
import { bodyChunks } from '../body-chunks.ts'
import { toBody } from '../fetch/to-body.ts'
import { STALL_TIMEOUT_MS } from '../stall-timeout.ts'
import { nodeExchange } from './hono-context.ts'
import type { HonoContext, NodeExchange, NodeResponse } from './hono-context.ts'
import { pumpBody, tellsWhenTaken, watchStall } from './pump-body.ts'

/** Bytes of an answer that is sent in one piece with its head. The event of its end shows that it was taken. */
const SMALL = 16 * 1024

/**
 * An answer as Hono makes them, with the headers that were set before. Middleware can add others.
 *
 * On Node its last byte is sent at once, but it ends only when the request's body is drained. Node closes some
 * connections at the end. Bytes that the client still sends would then reset them before the client has read the
 * answer.
 */
export async function honoAnswer(
  context: HonoContext,
  { status, headers, body }: Outgoing,
  incoming: Incoming,
  stallTimeoutMs: number = STALL_TIMEOUT_MS,
): Promise<Response> {
  const node = nodeExchange(context)
  // RFC 9110 section 15.5.9.
  if (status === 408 && node !== undefined) node.response.shouldKeepAlive = false
  if (body === undefined) {
    // Such an answer cannot be held open.
    await incoming.body?.drain()
    return context.body(null, status, { ...headers })
  }
  if (node === undefined) return context.body(toBody(body), status, { ...headers })
  if (isSmall(body) && isDrained(incoming, node)) {
    // As a stream it would need another write for its head, which is most of the cost of a small upload here.
    watchSmallAnswer(node.response, stallTimeoutMs)
    return context.body(toBody(body), status, { ...headers })
  }
  const { response } = node
  let isPlatform = false
  const content = toReadableStream(heldOpen(body, incoming, response, stallTimeoutMs, () => isPlatform))
  // Middleware that looks into an answer does so before Node has its header. A later request for a reader comes from
  // `@hono/node-server` itself, and no other code has the stream. So its bytes may be written directly.
  const getReader = content.getReader.bind(content)
  Object.defineProperty(content, 'getReader', {
    value: (...args: Parameters<typeof getReader>) => {
      const reader = getReader(...args)
      isPlatform = response.headersSent
      return reader
    },
  })
  return context.body(content, status, { ...headers })
}

/** A string has at most three bytes of UTF-8 for each of its code units. */
function isSmall(body: NonNullable<Outgoing['body']>): boolean {
  if (typeof body === 'string') return body.length * 3 <= SMALL
  return body instanceof Uint8Array && body.length <= SMALL
}

/** The request has no more bytes to come, so the answer may end. */
function isDrained(incoming: Incoming, { request }: NodeExchange): boolean {
  return incoming.body === undefined || request.readableEnded
}

async function* heldOpen(
  body: NonNullable<Outgoing['body']>,
  incoming: Incoming,
  response: NodeResponse,
  stallTimeoutMs: number,
  isPlatform: () => boolean,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (response.destroyed) return
  const watch = watchStall(response, stallTimeoutMs)
  response.on('close', () => watch.stop())
  watch.suspend()
  const waitForClient = (): void => {
    // Its client may still be taking the answer to a request before this one (RFC 9112 section 9.3.2).
    if (response.socket === null) response.on('socket', () => watch.resume())
    else watch.resume()
  }
  if (isFillingBody(body) && isPlatform() && tellsWhenTaken(response)) await pumpBody(response, body, stallTimeoutMs)
  else {
    for await (const chunk of bodyChunks(body)) {
      waitForClient()
      yield chunk
      watch.suspend()
    }
  }
  await incoming.body?.drain()
  // The last of an answer has to be taken, too.
  waitForClient()
}

/**
 * Closes the connection of a client that does not take a small answer. While middleware still has the answer, time
 * begins anew.
 */
function watchSmallAnswer(response: NodeResponse, stallTimeoutMs: number): void {
  const watch = new IdleWatch(stallTimeoutMs, () => {
    if (response.headersSent) response.destroy()
    else watchSmallAnswer(response, stallTimeoutMs)
  })
  response.on('close', () => watch.stop())
  if (response.socket !== null) return
  watch.suspend()
  response.on('socket', () => watch.resume())
}
