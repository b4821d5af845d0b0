import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { CephPlace } from './ceph-place.ts'

/** A daemon of a cluster. It dies with this process. */
export class CephDaemon {
  readonly #child: ChildProcess
  readonly #errors: string
  readonly #exited: Promise<unknown>

  /** `name` is that of its file of errors. */
  constructor({ programs, folder }: CephPlace, name: string, program: string, args: readonly string[]) {
    this.#errors = join(folder, `${name}.stderr`)
    const errors = openSync(this.#errors, 'a')
    // `-f`: the daemon does not fork, so that it is the child itself.
    const command = ['--pdeathsig', 'KILL', '--', join(programs, program), '-f', ...args]
    this.#child = spawn('setpriv', command, {
      env: { PATH: process.env['PATH'], CEPH_CONF: join(folder, 'ceph.conf') },
      stdio: ['ignore', 'ignore', errors],
    })
    closeSync(errors)
    this.#exited = once(this.#child, 'exit')
  }

  /** Tries again and again until this is true. Rejects if the daemon ends meanwhile. */
  async until(isReady: () => Promise<boolean>): Promise<void> {
    while (!(await isReady())) {
      if (this.#hasEnded) throw new Error(`${this.#child.spawnargs.join(' ')} has ended:\n${this.#lastErrors()}`)
      await setTimeout(20)
    }
  }

  /** Resolves when the daemon is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.#child.kill(signal)
    await this.#exited
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  #lastErrors(): string {
    return readFileSync(this.#errors, 'utf8').slice(-4000)
  }
}
