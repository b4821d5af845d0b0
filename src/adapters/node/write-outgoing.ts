import { IdleWatch } from '../../http/idle-watch.ts'
import type { Incoming } from '../../http/incoming.ts'
import type { Outgoing } from '../../http/outgoing.ts'
import { bodyChunks } from '../body-chunks.ts'
import { closeBody } from '../close-body.ts'
import { STALL_TIMEOUT_MS } from '../stall-timeout.ts'
import { breakOff } from './break-off.ts'
import type { AnyNodeResponse } from './node-exchange.ts'

/**
 * Writes an answer. Its last byte goes out at once, but the response ends only when the request's body is drained: Node
 * closes some connections at the end, and what the client still sends would then reset them before it has read anything.
 *
 * A body that breaks off takes the connection with it, or the stream of HTTP/2, so that the client notices.
 *
 * @throws {TypeError} for a header that HTTP does not allow; the response is untouched then, and the body closed.
 */
export async function writeOutgoing(
  response: AnyNodeResponse,
  { status, headers, body }: Outgoing,
  incoming: Incoming,
  stallTimeoutMs: number = STALL_TIMEOUT_MS,
): Promise<void> {
  // Of a stream that its client resets with NO_ERROR, Node would keep what is written for as long as the session lasts.
  if ('stream' in response) response.stream.once('aborted', () => breakOff(response))
  // RFC 9110 section 15.5.9. Node says the same to a client whose body was not asked for (section 10.1.1).
  if (status === 408 && 'shouldKeepAlive' in response) response.shouldKeepAlive = false
  try {
    if ('stream' in response) response.writeHead(status, withoutConnection(headers))
    else response.writeHead(status, headers)
  } catch (error) {
    await closeBody(body)
    throw error
  }
  try {
    if (body !== undefined) await writeBody(response, body, stallTimeoutMs)
    else if ('flushHeaders' in response) response.flushHeaders()
    // The end of an answer closes no connection of HTTP/2, and its client may rely on it to see that the answer is whole.
    if ('stream' in response) response.end()
    await incoming.body?.drain()
    if (!('stream' in response)) response.end()
    if (!isClosed(response)) watchEnd(response, stallTimeoutMs)
  } catch {
    // storage-failed in the middle of a file, or whatever the body throws: too late for another answer.
    breakOff(response)
  }
}

/** HTTP/2 has no such headers, and a message that has one is malformed (RFC 9113 section 8.2.2). */
const OF_CONNECTIONS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])

function withoutConnection(headers: Outgoing['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_CONNECTIONS.has(name)))
}

async function writeBody(
  response: AnyNodeResponse,
  body: NonNullable<Outgoing['body']>,
  stallTimeoutMs: number,
): Promise<void> {
  for await (const chunk of bodyChunks(body)) {
    // Leaving the loop closes what is read from.
    if (isClosed(response)) return
    if (!write(response, chunk)) await writable(response, stallTimeoutMs)
  }
}

function isClosed(response: AnyNodeResponse): boolean {
  return 'stream' in response ? response.stream.closed : response.destroyed
}

function write(response: AnyNodeResponse, chunk: Uint8Array): boolean {
  return 'stream' in response ? response.write(chunk) : response.write(chunk)
}

/** Resolves when the response takes more, or is closed, as it is where it takes nothing for too long. */
function writable(response: AnyNodeResponse, stallTimeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (isClosed(response)) {
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
function watchEnd(response: AnyNodeResponse, stallTimeoutMs: number): void {
  const watch = watchStall(response, stallTimeoutMs)
  response.on('close', () => watch.stop())
}

function watchStall(response: AnyNodeResponse, stallTimeoutMs: number): IdleWatch {
  const watch = new IdleWatch(stallTimeoutMs, () => breakOff(response))
  if (!('stream' in response) && response.socket === null) {
    // Its client is still taking the answer to a request before this one (RFC 9112 section 9.3.2).
    watch.suspend()
    response.once('socket', () => watch.resume())
  }
  return watch
}
