import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A started example. */
export interface StartedExample {
  /** Its URL, as its first line says. */
  readonly origin: string
  /** Kills it. */
  readonly stop: () => Promise<void>
}

/**
 * Starts an example as a user does, on a free port. Rejects if it ends before it listens.
 *
 * @param app the path of its program
 * @param folder the current folder of the program
 */
export async function startExample(
  app: string,
  folder: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<StartedExample> {
  const child = spawn(process.execPath, ['--no-warnings', app], {
    cwd: folder,
    env: { ...process.env, ...variables, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  const started = once(createInterface(child.stdout), 'line').then(([line]) => new URL(line).origin)
  const origin = await Promise.race([
    started,
    exit.then(([code]) => Promise.reject(new Error(`It ended with ${code}`))),
  ])
  return {
    origin,
    async stop() {
      child.kill('SIGKILL')
      await exit
    },
  }
}
