import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env, execPath } from 'node:process'
import { json, text } from 'node:stream/consumers'
import { npm } from '../npm.ts'
import { findCurl, findPythonWith, findWget } from './find-clients.ts'
import type { SeenAnswer, SentRequest } from './sent-request.ts'

/** A client that people use, with the program in `program/` that sends requests with it. */
export interface ClientProgram {
  readonly name: string
  /** The command that runs the program, or undefined if this machine lacks the client. */
  readonly command: readonly string[] | undefined
  /** It cannot send a form with files. */
  readonly hasNoForms?: true
  /** It fails by itself if the name of a field of a form with files is not ASCII. */
  readonly hasAsciiFieldsOnly?: true
  /**
   * If an answer comes early, it sends no more of the body and takes the connection for free nevertheless. So do
   * releases of aiohttp before 3.10.6.
   */
  readonly breaksItsSession?: true
  /** It opens a connection for each request. */
  readonly hasNoSession?: true
}

const PACKAGES = ['axios@1.21.1', 'form-data@4.0.6', 'got@16.1.0', 'undici@8.13.1']

const curl = findCurl()
const wget = findWget()

export const CLIENT_PROGRAMS: readonly ClientProgram[] = [
  { name: 'curl', command: curl === undefined ? undefined : [execPath, 'curl.mjs', curl] },
  {
    name: 'wget',
    command: wget === undefined ? undefined : [execPath, 'wget.mjs', wget],
    hasNoForms: true,
    hasNoSession: true,
  },
  { name: 'requests for Python', command: pythonCommand('requests') },
  { name: 'httpx for Python', command: pythonCommand('httpx') },
  { name: 'aiohttp for Python', command: pythonCommand('aiohttp'), hasAsciiFieldsOnly: true, breaksItsSession: true },
  { name: 'axios with form-data', command: [execPath, 'axios.mjs'] },
  { name: 'axios with FormData', command: [execPath, 'axios-native.mjs'] },
  { name: 'got', command: [execPath, 'got.mjs'] },
  { name: 'undici', command: [execPath, 'undici.mjs'] },
]

const missing = CLIENT_PROGRAMS.filter(({ command }) => command === undefined)
if (env['CI'] && missing.length > 0) {
  throw new Error(`CI must run the tests of clients with all of them: no ${missing.map(({ name }) => name).join(', ')}`)
}

function pythonCommand(module: string): string[] | undefined {
  const python = findPythonWith(module)
  return python === undefined ? undefined : [python, `python-${module}.py`]
}

/** A folder with the client programs and their npm packages. */
export class ClientFolder implements AsyncDisposable {
  readonly path: string

  static async create(): Promise<ClientFolder> {
    const path = await mkdtemp(join(tmpdir(), 'decant-clients-'))
    await writeFile(join(path, 'package.json'), '{ "private": true }')
    await npm(path, 'install', '--no-audit', '--no-fund', '--save-exact', ...PACKAGES)
    await cp(join(import.meta.dirname, 'program'), path, { recursive: true })
    return new ClientFolder(path)
  }

  private constructor(path: string) {
    this.path = path
  }

  /** Sends the requests one after the other, in one session if the client has such a thing. */
  async send({ name, command }: ClientProgram, requests: readonly SentRequest[]): Promise<readonly SeenAnswer[]> {
    const [file, ...typed] = command ?? []
    if (file === undefined) throw new TypeError(`${name} is missing here: put describe.skipIf around the tests`)
    // Nothing of the machine's own proxies and settings: each client reads other variables.
    const options = { cwd: this.path, env: { PATH: env['PATH'], HOME: this.path } }
    const child = spawn(file, typed, { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
    // EPIPE: a program that ended early tells why on stderr.
    child.stdin.on('error', () => {})
    child.stdin.end(JSON.stringify(requests))
    const [answers, errors] = await Promise.all([
      json(child.stdout).catch((error: unknown) => error),
      text(child.stderr),
      once(child, 'close'),
    ])
    if (!isAnswers(answers)) throw new Error(`${name} failed: ${errors}`)
    return answers
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }
}

function isAnswers(value: unknown): value is readonly SeenAnswer[] {
  return Array.isArray(value)
}
