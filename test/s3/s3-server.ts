import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { TestBucket } from './test-bucket.ts'

const PROGRAM = fileURLToPath(new URL('fixtures/s3-server.ts', import.meta.url))

/** The prefix of files without a form of their own. */
export const FILES = 'files'
/** The prefix of the files that rows name. */
export const POSTS = 'posts'

/** A server in a process of its own: see `fixtures/s3-server.ts`. It is killed when it is disposed of. */
export interface S3Server extends AsyncDisposable {
  readonly port: number
  readonly child: ChildProcess
  readonly exited: Promise<unknown>
}

/**
 * Starts a server on a bucket.
 *
 * @param rows the folder of the rows
 * @param endpoint that of another gateway
 */
export async function startS3Server(
  { name, engine }: TestBucket,
  rows: string,
  endpoint: string = engine.endpoint,
): Promise<S3Server> {
  const { region, credentials } = engine
  const options = JSON.stringify({ bucket: name, endpoint, region, credentials })
  const child = spawn(execPath, ['-C', 'source', PROGRAM, options, rows], {
    // The sources are compiled once, and not by each of hundreds of servers.
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: join(tmpdir(), 'decant-compiled') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const started = once(createInterface({ input: child.stdout }), 'line')
  const port = Number(await Promise.race([started, exited.then(() => Number.NaN)]))
  if (Number.isNaN(port)) throw new Error('The server did not start.')
  return {
    port,
    child,
    exited,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
