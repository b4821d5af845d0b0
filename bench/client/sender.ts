import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** A server that does not answer must not block for ever. */
const TIMEOUT_MS = 120_000
const root = join(import.meta.dirname, '..', '..')
const source = join(import.meta.dirname, 'sender.c')
const cache = join(root, 'node_modules', '.cache', 'decant')

/** How a file travels: as the one file of a form, as a body by POST or PUT, or to the client. */
export type Way = 'form' | 'raw' | 'put' | 'get'

interface SendOptions {
  readonly port: number
  /** The file that holds the block, which each file repeats up to its size. */
  readonly block: string
  readonly kind: Way
  /** Default `/`. */
  readonly path?: string | undefined
  readonly connections: number
  readonly requests: number
  /** Bytes of each file. */
  readonly size: number
  /** Of the files' names. */
  readonly prefix?: string | undefined
  /** The name of every file of a form. Default: names of their own, which begin with `prefix`. */
  readonly filename?: string | undefined
  /** Whether every byte of a download is compared. */
  readonly verify?: boolean | undefined
}

interface SendResult {
  readonly seconds: number
  /** Of the client itself. */
  readonly cpuSeconds: number
  /** Of the files, without what is around them. */
  readonly bytes: number
}

export interface Sender {
  readonly isNative: boolean
  /** Resolves when every answer has come and been a success. Rejects with what was answered instead. */
  send(options: SendOptions): Promise<SendResult>
}

/** The client in C, compiled on first use. Without a compiler, the client in JavaScript, with a warning. */
export function findSender(): Sender {
  const program = join(cache, 'bench-sender')
  if (!isCompiled(program)) {
    mkdirSync(cache, { recursive: true })
    const { status } = spawnSync('cc', ['-O2', '-o', program, source], { stdio: ['ignore', 'ignore', 'pipe'] })
    if (status !== 0) {
      console.error(
        'no C compiler (cc) that takes bench/client/sender.c: the client runs on Node, and may be the bottleneck',
      )
      return toSender([execPath, join(import.meta.dirname, 'node-sender.ts')], false)
    }
  }
  return toSender([program], true)
}

function isCompiled(program: string): boolean {
  return existsSync(program) && statSync(program).mtimeMs > statSync(source).mtimeMs
}

function toSender([program = '', ...before]: readonly string[], isNative: boolean): Sender {
  return {
    isNative,
    async send(options) {
      const all = Object.entries({ ...options, verify: options.verify === true ? 1 : 0 })
      const given = all.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${String(value)}`)
      const { stdout } = await run(program, [...before, ...given], { timeout: TIMEOUT_MS })
      const result: SendResult = JSON.parse(stdout)
      return result
    },
  }
}
