import { ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { isFillingBody } from '../../http/filling-body.ts'
import type { FillingBody } from '../../http/filling-body.ts'
import type { Incoming } from '../../http/incoming.ts'
import { IS_NODE } from '../../runtime/is-node.ts'
import type { Outgoing } from '../../http/outgoing.ts'
import { bodyChunks, PIECE, piecesOf } from '../body-chunks.ts'
import { closeBody } from '../close-body.ts'
import { STALL_TIMEOUT_MS } from '../stall-timeout.ts'
import { StallWatch } from '../stall-watch.ts'
import { breakOff } from './break-off.ts'
import type { AnyNodeResponse } from './node-exchange.ts'

/**
 * Writes an answer. Its last byte is sent at once, but the response ends only when the request's body is drained. Node
 * closes some connections at the end. Bytes that the client still sends would then reset them before the client has
 * read the answer.
 *
 * A body that breaks off closes the connection, or the stream of HTTP/2, so that the client notices.
 *
 * @throws {TypeError} for a header that HTTP does not allow; the response is untouched then, and the body closed.
 */
export async function writeOutgoing(
  response: AnyNodeResponse,
  { status, headers, body }: Outgoing,
  incoming: Incoming,
  stallTimeoutMs: number = STALL_TIMEOUT_MS,
): Promise<void> {
  // If a client resets a stream with NO_ERROR, Node would keep the written bytes for as long as the session lasts.
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
    if (body instanceof Uint8Array && body.length <= PIECE && hasAll(response, incoming)) {
      // Header and content in one system call. No watch is needed if the kernel has taken both.
      response.end(body)
      if (!isTaken(response) && !isClosed(response)) watchEnd(response, stallTimeoutMs)
      return
    }
    if (body !== undefined) await writeBody(response, body, stallTimeoutMs)
    else if ('flushHeaders' in response) response.flushHeaders()
    // The end of an answer does not close a connection of HTTP/2. Its client may rely on it to see that the answer is
    // whole.
    if ('stream' in response) response.end()
    await incoming.body?.drain()
    if (!('stream' in response)) response.end()
    if (!isClosed(response)) watchEnd(response, stallTimeoutMs)
  } catch {
    // storage-failed in the middle of a file, or any error of the body: too late for another answer.
    breakOff(response)
  }
}

/** Whether the whole body of the request is drained. */
function hasAll(response: AnyNodeResponse, { body }: Incoming): boolean {
  return body === undefined || (!('stream' in response) && response.req.readableEnded)
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
  if (isFillingBody(body) && tellsWhenTaken(response)) {
    await pump(response, body, stallTimeoutMs)
    return
  }
  // HTTP/2 shares its connection: only small pieces show whether a slow client takes an answer.
  let isQuick = !('stream' in response)
  for await (const chunk of bodyChunks(body)) {
    const start = performance.now()
    for (const piece of isQuick ? [chunk] : piecesOf(chunk)) {
      // Leaving the loop closes the source.
      if (isClosed(response)) return
      if (!write(response, piece)) await writable(response, stallTimeoutMs)
    }
    if ('stream' in response) isQuick = performance.now() - start < QUICK_MS
  }
}

/**
 * Bytes of each of the two buffers through which a file is sent at first: memory that a slow client may keep for long.
 */
const BUFFER_SIZE = 256 * 1024

/** Bytes of each for a client that is quick: half as many trips to the thread pool, for twice the memory. */
const LARGE_BUFFER_SIZE = 512 * 1024

/**
 * A client is quick if it takes that many bytes, far more than the kernel keeps for a connection, in that many
 * milliseconds.
 */
const QUICK_BYTES = 16 * 1024 * 1024
const QUICK_MS = 1000

/**
 * Sends a file through two buffers: while the connection takes one, the next bytes are read into the other. Memory that
 * is used again is warm, costs no garbage, and stays the same however long the file and however slow its client is.
 */
async function pump(response: ServerResponse, body: FillingBody, stallTimeoutMs: number): Promise<void> {
  try {
    let buffer = Buffer.allocUnsafeSlow(BUFFER_SIZE)
    let other = Buffer.allocUnsafeSlow(BUFFER_SIZE)
    let size = BUFFER_SIZE
    let sent = 0
    const start = performance.now()
    let length = await body.readInto(buffer)
    while (length > 0 && !isClosed(response)) {
      // A buffer is reused only when the connection has taken all of it.
      const taken = writeWhole(response, buffer.subarray(0, length), stallTimeoutMs)
      const next = body.readInto(other)
      const [nextLength] = await Promise.all([next, taken])
      const isProven = sent < QUICK_BYTES && sent + length >= QUICK_BYTES
      if (isProven && performance.now() - start < QUICK_MS) size = LARGE_BUFFER_SIZE
      sent += length
      length = nextLength
      // The next bytes are read into the buffer that was taken, or a larger one replaces it.
      ;[buffer, other] = [other, buffer.length === size ? buffer : Buffer.allocUnsafeSlow(size)]
    }
  } finally {
    await body.close()
  }
}

/**
 * Only Node's own HTTP/1 on its own sockets is known to call back when the kernel has a chunk and the chunk is free
 * again. A `write` that replaces Node's, such as that of middleware that compresses, may keep chunks, or never call
 * back. So may any other stream that a server uses as a connection.
 */
function tellsWhenTaken(response: AnyNodeResponse): response is ServerResponse {
  if (!IS_NODE || 'stream' in response || response.write !== ServerResponse.prototype.write) return false
  // A response that waits behind another one has no socket yet.
  return (response.socket ?? response.req.socket) instanceof Socket
}

/**
 * Resolves when the connection has taken the chunk, or is closed, as it is if the client takes no bytes for too long.
 */
function writeWhole(response: ServerResponse, chunk: Uint8Array, stallTimeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const watch = watchStall(response, stallTimeoutMs)
    const settle = (): void => {
      watch.stop()
      response.off('close', settle)
      resolve()
    }
    response.on('close', settle)
    response.write(chunk, settle)
  })
}

/** True when the kernel has all written bytes. A response that waits behind another one has no socket yet. */
function isTaken(response: AnyNodeResponse): boolean {
  return !('stream' in response) && response.socket?.writableLength === 0
}

function isClosed(response: AnyNodeResponse): boolean {
  return 'stream' in response ? response.stream.closed : response.destroyed
}

function write(response: AnyNodeResponse, chunk: Uint8Array): boolean {
  return 'stream' in response ? response.write(chunk) : response.write(chunk)
}

/** Resolves when the response takes more, or is closed, as it is if the client takes no bytes for too long. */
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

function watchStall(response: AnyNodeResponse, stallTimeoutMs: number): StallWatch {
  const watch = new StallWatch({
    stallTimeoutMs,
    // The connection of HTTP/2 belongs to other answers, too.
    socket: () => ('stream' in response ? undefined : response.socket),
    onStall: () => breakOff(response),
  })
  if (!('stream' in response) && response.socket === null) {
    // Its client is still taking the answer to a request before this one (RFC 9112 section 9.3.2).
    watch.suspend()
    response.once('socket', () => watch.resume())
  }
  return watch
}
