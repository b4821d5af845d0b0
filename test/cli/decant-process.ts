import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** The built command. `npm test` and `npm run test:system` build it first. */
const COMMAND = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The output of `--json` when the server is ready. */
interface Ready {
  readonly url: string
  readonly networkUrls: readonly string[]
  /** Absent if the files are kept in a bucket. */
  readonly folder?: string
  readonly bucket?: string
  readonly maxFileSize: number
}

/** A `decant serve` that is ready. It is killed when it is disposed of. */
export interface ServingDecant extends AsyncDisposable {
  readonly ready: Ready
  readonly port: number
  readonly child: ChildProcess
  /** Everything on stderr so far. */
  stderr(): string
  /** The exit code; null if a signal ended it. */
  readonly exited: Promise<number | null>
}

/** One that keeps its files in a folder. */
export interface DecantProcess extends ServingDecant {
  readonly folder: string
}

/** A folder that is gone at the end of the test. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'decant-cli-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** Starts the command with nothing of the test's own environment that it would listen to. */
export function spawnDecant(typed: readonly string[], { env = {}, cwd }: RunOptions = {}): ChildProcess {
  return spawn(execPath, [COMMAND, ...typed], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

const LONGEST_RUN_MS = 30_000

/** Runs a command that ends by itself; one that does not is killed, and has no exit code. */
export async function run(typed: readonly string[], options?: RunOptions): Promise<Ended> {
  const child = spawnDecant(typed, options)
  // One that should not have started a server, and did, is not waited for until the end of the day.
  const bound = setTimeout(() => child.kill('SIGKILL'), LONGEST_RUN_MS)
  const [stdout, stderr] = await Promise.all([text(out(child)), text(err(child)), once(child, 'close')])
  clearTimeout(bound)
  return { code: child.exitCode, stdout, stderr }
}

/** Starts `decant serve` with a folder on a free port and waits until it says that it is ready. */
export async function serve(
  folder: string,
  typed: readonly string[] = [],
  options?: RunOptions,
): Promise<DecantProcess> {
  return { ...(await serveWith([folder, '--min-free-space=0', ...typed], options)), folder }
}

/** As `serve`, with nothing but these arguments. */
export async function serveWith(typed: readonly string[], options?: RunOptions): Promise<ServingDecant> {
  const child = spawnDecant(['serve', '--port=0', '--json', ...typed], options)
  const line = await firstLine(child)
  const ready: Ready = JSON.parse(line)
  return { ...processOf(child), ready, port: Number(new URL(ready.url).port) }
}

/** A started command, as a test sees it. */
export function processOf(child: ChildProcess): Pick<ServingDecant, 'child' | 'stderr' | 'exited'> & AsyncDisposable {
  const exited = once(child, 'exit').then(() => child.exitCode)
  return {
    child,
    stderr: () => errors.get(child) ?? '',
    exited,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

const errors = new WeakMap<ChildProcess, string>()

/** The first line on stdout. Rejects with the text on stderr if the process ends without one. */
export async function firstLine(child: ChildProcess): Promise<string> {
  err(child).on('data', (chunk: Buffer) => errors.set(child, (errors.get(child) ?? '') + chunk.toString()))
  const lines = createInterface({ input: out(child) })
  const closed = once(lines, 'close').then(() => undefined)
  const line = await Promise.race([once(lines, 'line').then(([first]) => String(first)), closed])
  if (line === undefined) throw new Error(`decant ended: ${errors.get(child)}`)
  return line
}

/** The lines of stdout, for one reader. */
export function linesOf(child: ChildProcess): AsyncIterable<string> {
  return createInterface({ input: out(child) })
}

function out({ stdout }: ChildProcess): NonNullable<ChildProcess['stdout']> {
  if (stdout === null) throw new TypeError('stdout is not piped')
  return stdout
}

function err({ stderr }: ChildProcess): NonNullable<ChildProcess['stderr']> {
  if (stderr === null) throw new TypeError('stderr is not piped')
  return stderr
}
