import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { encodedForm } from '../endurance/encoded-form.ts'
import { entriesBelow } from '../endurance/entries-below.ts'
import { request } from '../cli/client.ts'
import type { Answer } from '../cli/client.ts'
import { storedIn } from '../cli/client.ts'
import { rowsIn } from './rows.ts'

const PROGRAM = fileURLToPath(new URL('fixtures/post-server.ts', import.meta.url))

export type Links = 'auto' | 'never'

/** A server of forms in a process of its own. It is killed when it is disposed of. */
export interface PostServer extends AsyncDisposable {
  readonly child: ChildProcess
  readonly exited: Promise<unknown>
  /** Sends a form of two files of this content. */
  post(content: Buffer): Promise<Answer>
  sweep(): Promise<Answer>
}

/**
 * Starts a server on a folder. One thread works on files, so that calls come in one order.
 *
 * @param before a command that starts the server's command, such as `unshare`
 * @param kind what the handler does: see `fixtures/post-server.ts`
 */
export async function postServer(
  folder: string,
  links: Links,
  before: readonly string[] = [],
  kind: 'plain' | 'derived' = 'plain',
): Promise<PostServer> {
  const [command, ...parameters] = [...before, execPath, '-C', 'source', PROGRAM, folder, links, kind]
  const child = spawn(command, parameters, {
    // The sources are compiled once, and not by each of hundreds of servers.
    env: { PATH: process.env['PATH'], UV_THREADPOOL_SIZE: '1', NODE_COMPILE_CACHE: join(folder, '..', 'compiled') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const started = once(createInterface({ input: child.stdout }), 'line')
  const port = Number(await Promise.race([started, exited.then(() => Number.NaN)]))
  if (Number.isNaN(port)) throw new Error('The server did not start.')
  return {
    child,
    exited,
    async post(content) {
      const file = (name: string): { name: string; filename: string; content: Buffer } => ({
        name,
        filename: `${name}.txt`,
        content,
      })
      const { contentType, body } = await encodedForm([file('cover'), file('page')])
      return request(port, '/', { method: 'POST', headers: { 'content-type': contentType }, body })
    },
    sweep: () => request(port, '/sweep', { method: 'POST' }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** The faults of a folder after a sweep: a row without its files, a file without its row, or leftovers. */
export function faultsIn(folder: string, content: Buffer): string[] {
  const uploads = join(folder, 'uploads')
  const promised = rowsIn(join(folder, 'rows')).flat()
  const there = existsSync(uploads) ? storedIn(uploads) : []
  const left = entriesBelow(join(uploads, '.decant')).filter(
    (path) => /^(?:drafts|prepared|reserved)\/.*[^/]$/.test(path) && !path.endsWith('/lease'),
  )
  return [
    ...promised.filter((key) => !there.includes(key)).map((key) => `${key} is in a row and not there`),
    ...there.filter((key) => !promised.includes(key)).map((key) => `${key} is there and in no row`),
    ...there
      .filter((key) => !readFileSync(join(uploads, key)).equals(content))
      .map((key) => `${key} is not what was sent`),
    ...left.map((path) => `${path} is left`),
  ]
}
