import { once } from 'node:events'
import type { Server } from 'node:http'
import { CommandError } from './command-error.ts'

const DEFAULT_PORT = 3000
/** Ports that are tried if no port was given. */
const PORTS_TRIED = 100

/**
 * Listens on `port`. If none is given, listens on 3000 or the next free one. Returns the port.
 *
 * @throws {CommandError} with exit code 1 for a port or a host that the machine refuses.
 */
export async function listen(server: Server, host: string, port: number | undefined): Promise<number> {
  const first = port ?? DEFAULT_PORT
  const last = port ?? DEFAULT_PORT + PORTS_TRIED - 1
  for (let tried = first; ; tried++) {
    try {
      server.listen(tried, host)
      await once(server, 'listening')
      const address = server.address()
      return typeof address === 'object' && address !== null ? address.port : tried
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code !== 'EADDRINUSE' || tried === last) throw refusal(error, code, host, tried)
    }
  }
}

function refusal(error: unknown, code: unknown, host: string, port: number): CommandError {
  const sentences: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} is taken; choose another with --port`,
    EACCES: `this user may not listen on port ${port}; choose one above 1023 with --port`,
    EADDRNOTAVAIL: `${host} is not an address of this machine; choose another with --host`,
    ENOTFOUND: `the host ${host} is not known; choose another with --host`,
  }
  const sentence = sentences[String(code)] ?? `cannot listen on ${host}: ${String(error)}`
  return new CommandError(sentence, 1, { cause: error })
}
