/**
 * A real clamd for tests, with a configuration and signatures of its own, in a temporary folder: it needs no network.
 *
 * A test that needs it says so, and is skipped on a machine without one (`describe.skipIf(!clamd)`). Under CI nothing
 * is skipped: without one the import itself fails, and with it the test file.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { freePort } from '../free-port.ts'
import { EICAR } from './eicar.ts'
import { findClamd } from './find-clamd.ts'

/** The path of the machine's clamd, or undefined: for `describe.skipIf(!clamd)`. */
export const clamd: string | undefined = findClamd()

if (clamd === undefined && env['CI']) {
  throw new Error('CI must run the virus scanner tests, and no clamd was found: install it or set CLAMD to its path')
}

/** A clamd that answers. It is killed, and its folder removed, when it is disposed of. */
export interface ClamdProcess extends AsyncDisposable {
  readonly socket: string
  readonly port: number
  /** Ends it at once. */
  kill(): Promise<void>
}

/** Starts clamd with these lines added to its configuration, and waits until it answers. */
export async function startClamd(...settings: readonly string[]): Promise<ClamdProcess> {
  if (clamd === undefined) throw new TypeError('There is no clamd here: put describe.skipIf(!clamd) around the tests')
  const folder = mkdtempSync(join(tmpdir(), 'decant-clamd-'))
  const socket = join(folder, 'clamd.ctl')
  const port = await freePort()
  writeSignatures(join(folder, 'signatures'))
  const configuration = [
    `DatabaseDirectory ${join(folder, 'signatures')}`,
    `TemporaryDirectory ${folder}`,
    `LocalSocket ${socket}`,
    `TCPSocket ${port}`,
    'TCPAddr 127.0.0.1',
    'Foreground yes',
    ...settings,
  ]
  writeFileSync(join(folder, 'clamd.conf'), `${configuration.join('\n')}\n`)

  const child = spawn(clamd, ['--config-file', join(folder, 'clamd.conf')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Should one never answer, it does not outlive the tests for long.
    timeout: 300_000,
    killSignal: 'SIGKILL',
  })
  const exited = once(child, 'exit')
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  const log = Promise.all([text(child.stdout), text(child.stderr)])
  // Both, since it opens one after the other.
  for (const address of [{ path: socket }, { port, host: '127.0.0.1' }]) {
    while (!(await answers(connect(address)))) {
      if (hasEnded(child)) throw new Error(`clamd did not start:\n${(await log).join('\n')}`)
      await setTimeout(20)
    }
  }
  return {
    socket,
    port,
    kill,
    async [Symbol.asyncDispose]() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Signatures that know nothing but EICAR: as a whole file, and anywhere in a file. */
function writeSignatures(folder: string): void {
  mkdirSync(folder)
  const hash = createHash('sha256').update(EICAR).digest('hex')
  writeFileSync(join(folder, 'eicar.hsb'), `${hash}:${EICAR.length}:Eicar-Test-File\n`)
  // Name : any type of file : at any offset : bytes.
  writeFileSync(join(folder, 'eicar.ndb'), `Eicar-Test-Bytes:0:*:${Buffer.from(EICAR, 'latin1').toString('hex')}\n`)
}

async function answers(socket: Socket): Promise<boolean> {
  try {
    socket.end('zPING\0')
    return (await text(socket)) === 'PONG\0'
  } catch {
    // ENOENT, ECONNREFUSED: not yet.
    return false
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}
