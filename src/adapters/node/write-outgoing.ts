import type { ServerResponse } from 'node:http'
import { IdleWatch } from '../../http/idle-watch.ts'
import type { Incoming } from '../../http/incoming.ts'
import type { Outgoing } from '../../http/outgoing.ts'
import { closeBody } from '../close-body.ts'

/** What the limits of uploads give a client too. */
const STALL_TIMEOUT_MS = 60_000

/**
 * Writes an answer. Its last byte goes out at once, but the response ends only when the request's body is drained: Node
 * closes some connections at the end, and what the client still sends would then reset them before it has read anything.
 *
 * A body that breaks off takes the connection with it, so that the client notices.
 *
 * @throws {TypeError} for a header that HTTP does not allow; the response is untouched then, and the body closed.
 */
export async function writeOutgoing(
  response: ServerResponse,
  { status, headers, body }: Outgoing,
  incoming: Incoming,
  stallTimeoutMs: number = STALL_TIMEOUT_MS,
): Promise<void> {
  // RFC 9110 section 15.5.9. Node says the same to a client whose body was not asked for (section 10.1.1).
  if (status === 408) response.shouldKeepAlive = false
  try {
    response.writeHead(status, headers)
  } catch (error) {
    await closeBody(body)
    throw error
  }
  try {
    if (body === undefined) response.flushHeaders()
    else await writeBody(response, typeof body === 'string' ? Buffer.from(body) : body, stallTimeoutMs)
    await incoming.body?.drain()
    response.end()
    if (!response.closed) watchEnd(response, stallTimeoutMs)
  } catch {
    // storage-failed in the middle of a file, or whatever the body throws: too late for another answer.
    response.destroy()
  }
}

/** What is given to the response at once: not more than it takes a moment to send. */
const PIECE = 65_536

async function writeBody(
  response: ServerResponse,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  stallTimeoutMs: number,
): Promise<void> {
  for await (const chunk of body instanceof Uint8Array ? piecesOf(body) : body) {
    // Leaving the loop closes what is read from.
    if (response.destroyed) return
    if (!response.write(chunk)) await writable(response, stallTimeoutMs)
  }
}

function* piecesOf(body: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let start = 0; start < body.length; start += PIECE) yield body.subarray(start, start + PIECE)
}

/** Resolves when the response takes more, or is closed, as it is where it takes nothing for too long. */
function writable(response: ServerResponse, stallTimeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) {
      resolve()
      return
    }
    const watch = watchStall(response, stallTimeoutMs)
    const settle = (): void => {
      watch.stop()
      response.off('drain', settle)
      response.off('close', settle)
      resolve()
    }
    response.on('drain', settle)
    response.on('close', settle)
  })
}

/** The last of an answer has to be taken, too. */
function watchEnd(response: ServerResponse, stallTimeoutMs: number): void {
  const watch = watchStall(response, stallTimeoutMs)
  response.on('close', () => watch.stop())
}

function watchStall(response: ServerResponse, stallTimeoutMs: number): IdleWatch {
  const watch = new IdleWatch(stallTimeoutMs, () => response.destroy())
  if (response.socket === null) {
    // Its client is still taking the answer to a request before this one (RFC 9112 section 9.3.2).
    watch.suspend()
    response.once('socket', () => watch.resume())
  }
  return watch
}
