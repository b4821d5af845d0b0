import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { encodeMultipart } from '../../src/multipart.ts'
import type { FieldPart, FilePart } from '../../src/multipart.ts'

/** A program of a guide, running as it stands in a folder of its own. */
export interface GuideServer extends AsyncDisposable {
  /** Its address. */
  readonly origin: string
  /** Sends a form, and returns the status; `no answer` if none came. */
  send(parts: readonly (FieldPart | FilePart)[], fault?: 'cut' | 'gone'): Promise<string>
  /** Names of what lies in `uploads`, but what begins with a dot. */
  stored(): Promise<string[]>
  /** Asks the process to end (SIGTERM), and resolves with its exit code; `null` if a signal ended it. */
  stop(): Promise<number | null>
  /** Settles when the process has ended. */
  readonly ended: Promise<unknown>
  isRunning(): boolean
}

export interface GuideServerOptions {
  /** The name of the program's file. Default `server.mjs`. */
  readonly file?: string
  /** The Node that runs it. Default the one that runs the tests. */
  readonly node?: string
}

/** Runs `program` as a module in `folder`, in which it may resolve the packages installed above. */
export async function guideServer(
  folder: string,
  program: string,
  { file = 'server.mjs', node = execPath }: GuideServerOptions = {},
): Promise<GuideServer> {
  await mkdir(join(folder, 'uploads'), { recursive: true })
  await writeFile(join(folder, file), program)
  const child = fork(join(folder, file), {
    cwd: folder,
    execPath: node,
    execArgv: ['--no-warnings', '--import', new URL('announce-port.mjs', import.meta.url).href],
    env: { NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr?.on('data', (chunk) => {
    errors += String(chunk)
  })
  const ended = once(child, 'exit')
  const port = await Promise.race([once(child, 'message').then(([message]) => Number(message)), ended])
  if (typeof port !== 'number') throw new Error(`The program ended before it listened: ${errors}`)

  return {
    origin: `http://127.0.0.1:${port}`,
    ended,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
      return child.exitCode
    },
    isRunning: () => child.exitCode === null && child.signalCode === null,
    send: async (parts, fault) => {
      const form = encodeMultipart(parts)
      const chunks: Uint8Array[] = []
      for await (const chunk of form.chunks()) chunks.push(chunk)
      const whole = Buffer.concat(chunks)
      const body = fault === undefined ? whole : whole.subarray(0, Math.floor(whole.length / 2))
      // A cut form is a whole request; a client that goes away leaves half of one.
      const length = fault === 'gone' ? whole.length : body.length
      return await send(port, { 'content-type': form.contentType, 'content-length': length }, body, fault === 'gone')
    },
    stored: async () => (await readdir(join(folder, 'uploads'))).filter((name) => !name.startsWith('.')),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

function send(port: number, headers: Record<string, string | number>, body: Buffer, leave: boolean): Promise<string> {
  return new Promise((resolve) => {
    const client = request({ port, path: '/photos', method: 'POST', headers, agent: false }, (response) => {
      response.resume().once('close', () => resolve(String(response.statusCode)))
    })
    client.once('error', () => resolve('no answer')).once('close', () => resolve('no answer'))
    if (leave) client.write(body, () => client.destroy())
    else client.end(body)
  })
}
