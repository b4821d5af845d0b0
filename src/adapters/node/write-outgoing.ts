import type { ServerResponse } from 'node:http'
import type { Incoming } from '../../http/incoming.ts'
import type { Outgoing } from '../../http/outgoing.ts'
import { closeBody } from '../close-body.ts'

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
    else await writeBody(response, typeof body === 'string' ? Buffer.from(body) : body)
    await incoming.body?.drain()
    response.end()
  } catch {
    // storage-failed in the middle of a file, or whatever the body throws: too late for another answer.
    response.destroy()
  }
}

async function writeBody(response: ServerResponse, body: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  if (body instanceof Uint8Array) {
    response.write(body)
    return
  }
  for await (const chunk of body) {
    // Leaving the loop closes what is read from.
    if (response.destroyed) return
    if (!response.write(chunk)) await writable(response)
  }
}

/** Resolves when the response takes more, or is closed. */
function writable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) {
      resolve()
      return
    }
    const settle = (): void => {
      response.off('drain', settle)
      response.off('close', settle)
      resolve()
    }
    response.on('drain', settle)
    response.on('close', settle)
  })
}
