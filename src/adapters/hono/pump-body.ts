import type { FillingBody } from '../../http/filling-body.ts'
import { StallWatch } from '../stall-watch.ts'
import type { NodeResponse } from './hono-context.ts'

/** Bytes of each of the two buffers through which a file is sent, as in `writeOutgoing` of the adapter to Node. */
const BUFFER_SIZE = 256 * 1024

/** Sends a file through two buffers: while the connection takes one, the next bytes are read into the other. */
export async function pumpBody(response: NodeResponse, body: FillingBody, stallTimeoutMs: number): Promise<void> {
  try {
    let buffer = new Uint8Array(BUFFER_SIZE)
    let other = new Uint8Array(BUFFER_SIZE)
    let length = await body.readInto(buffer)
    while (length > 0 && !response.destroyed) {
      // A buffer is reused only when the connection has taken all of it.
      const taken = writeWhole(response, buffer.subarray(0, length), stallTimeoutMs)
      const [next] = await Promise.all([body.readInto(other), taken])
      length = next
      ;[buffer, other] = [other, buffer]
    }
  } finally {
    await body.close()
  }
}

/**
 * Only Node's own HTTP/1 calls back when the kernel has a chunk and the chunk is free again. Others may keep chunks, or
 * never call back: other runtimes, HTTP/2, a `write` that replaces Node's, and a stream that is not a socket.
 */
export function tellsWhenTaken(response: NodeResponse): boolean {
  const { process } = globalThis
  const isNode = process?.versions?.node !== undefined && !('bun' in process.versions) && !('deno' in process.versions)
  return isNode && !('stream' in response) && !Object.hasOwn(response, 'write') && isSocket(response.socket)
}

/** By members that other streams lack: other runtimes have no `node:net` to ask. */
function isSocket(stream: unknown): boolean {
  return typeof stream === 'object' && stream !== null && 'bytesWritten' in stream
}

/** Closes the connection if the client takes no bytes of the answer. */
export function watchStall(response: NodeResponse, stallTimeoutMs: number): StallWatch {
  return new StallWatch({ stallTimeoutMs, socket: () => response.socket, onStall: () => response.destroy() })
}

/**
 * Resolves when the connection has taken the chunk, or is closed, as it is if the client takes no bytes for too long.
 */
function writeWhole(response: NodeResponse, chunk: Uint8Array, stallTimeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const watch = watchStall(response, stallTimeoutMs)
    if (response.socket === null) {
      // Its client is still taking the answer to a request before this one (RFC 9112 section 9.3.2).
      watch.suspend()
      response.on('socket', () => watch.resume())
    }
    const settle = (): void => {
      watch.stop()
      response.off('close', settle)
      resolve()
    }
    response.on('close', settle)
    response.write(chunk, settle)
  })
}
