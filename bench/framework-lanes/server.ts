import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process that serves files through a framework, and tells the CPU that it has used. */
export class Server {
  readonly name: string
  readonly origin: string
  readonly #process: ChildProcess

  /** Starts the lane of that name. Rejects if it does not report its origin. */
  static async start(name: string, folder: string): Promise<Server> {
    const child = fork(fileURLToPath(new URL('serve.ts', import.meta.url)), [name, folder])
    const exit = once(child, 'exit').then(() => Promise.reject(new Error(`The server of ${name} has ended.`)))
    exit.catch(() => {})
    return new Server(name, await Promise.race([told(child), exit]), child)
  }

  private constructor(name: string, origin: string, child: ChildProcess) {
    this.name = name
    this.origin = origin
    this.#process = child
  }

  /** Seconds, of all its threads and in the kernel, since it started. */
  async usedCpu(): Promise<number> {
    const microseconds = told(this.#process)
    this.#process.send('cpu')
    return Number(await microseconds) / 1e6
  }

  async stop(): Promise<void> {
    const exit = once(this.#process, 'exit')
    this.#process.kill()
    await exit
  }
}

/** Its next message. */
function told(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('message', (message) => {
      if (typeof message === 'string') resolve(message)
    })
  })
}
