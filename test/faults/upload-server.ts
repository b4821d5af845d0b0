import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { DiskStorageOptions } from '../../src/disk.ts'
import { form, request } from '../cli/client.ts'
import type { Answer } from '../cli/client.ts'
import { strace } from './machine.ts'

const PROGRAM = fileURLToPath(new URL('fixtures/upload-server.ts', import.meta.url))

export interface ServerOptions {
  readonly storage?: DiskStorageOptions
  readonly naming?: 'unique'
  readonly env?: Readonly<Record<string, string>>
  /** The words before the command, such as a shell that sets a limit. */
  readonly before?: readonly string[]
}

/** A server in a process of its own. It is killed when it is disposed of. */
export interface UploadServer extends AsyncDisposable {
  readonly port: number
  readonly child: ChildProcess
  /** The exit code, or undefined if a signal ended it. */
  readonly exited: Promise<unknown>
  /** A PUT below `/uploads`. */
  put(name: string, body: Buffer): Promise<Answer>
  /** A form with one file, to `/uploads` or another place. */
  post(name: string, body: Buffer<ArrayBuffer>, target?: string): Promise<Answer>
  get(target: string): Promise<Answer>
  /** A DELETE below `/uploads`. */
  delete(name: string): Promise<Answer>
}

/**
 * Starts a server for a folder, which is made if there is none. One thread works on files, so that calls come in one
 * order.
 */
export async function uploadServer(folder: string, options: ServerOptions = {}): Promise<UploadServer> {
  const { storage = {}, naming = '', env = {}, before = [] } = options
  const program = [execPath, '-C', 'source', PROGRAM, folder, JSON.stringify(storage), naming]
  const [command = '', ...typed] = [...before, ...program]
  const child = spawn(command, typed, {
    env: { PATH: process.env['PATH'], UV_THREADPOOL_SIZE: '1', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const port = Number(await Promise.race([once(lines, 'line'), exited.then(() => Number.NaN)]))
  if (Number.isNaN(port)) throw new Error('The server did not start.')
  return {
    port,
    child,
    exited,
    put: (name, body) => request(port, `/uploads/${name}`, { method: 'PUT', body }),
    post: async (name, body, target = '/uploads') => request(port, target, await form(name, body)),
    get: (target) => request(port, target),
    delete: (name) => request(port, `/uploads/${name}`, { method: 'DELETE' }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** strace at work on a process. It lets go of it when it is disposed of. */
export interface Trace extends AsyncDisposable {
  /** Its output so far: each of the traced calls, one a line. */
  readonly lines: readonly string[]
  /** Lets go of the process; every call that it made. */
  end(): Promise<readonly string[]>
}

/** Attaches strace to a process, with these options, and waits until it has all of its threads. */
export async function trace(pid: number | undefined, ...options: readonly string[]): Promise<Trace> {
  return attachTo(pid, '-f', ...options)
}

/** Attaches strace to that thread of a process alone which works on files. */
export async function traceFiles(pid: number | undefined, ...options: readonly string[]): Promise<Trace> {
  const threads = readdirSync(`/proc/${pid}/task`)
  const worker = threads.find((id) => readFileSync(`/proc/${pid}/task/${id}/comm`, 'utf8').startsWith('libuv-worker'))
  return attachTo(Number(worker), ...options)
}

async function attachTo(thread: number | undefined, ...options: readonly string[]): Promise<Trace> {
  if (strace === undefined || thread === undefined) throw new TypeError('There is no strace, or no process to trace.')
  const child = spawn(strace, ['-y', '-p', String(thread), ...options], { stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(child, 'close')
  const lines: string[] = []
  const input = createInterface({ input: child.stderr })
  input.on('line', (line) => lines.push(line))
  await Promise.race([once(input, 'line'), exited])
  if (lines[0]?.includes('attached') !== true) throw new Error(`strace: ${lines[0]}`)
  return {
    lines,
    async end() {
      child.kill('SIGINT')
      await exited
      return lines
    },
    async [Symbol.asyncDispose]() {
      // Not SIGINT: of a process that was killed, strace may wait for threads that are gone.
      child.kill('SIGKILL')
      await exited
    },
  }
}
