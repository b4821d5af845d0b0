import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { ServerUsage } from './report-server.ts'

/** A server in a process of its own. */
export interface RunningServer {
  readonly port: number
  usage(): Promise<ServerUsage>
  stop(): Promise<void>
}

/** Starts a program of `bench/servers` or `bench/rivals` on the Node that runs this. Decant is what `dist/` has. */
export async function startServer(program: string, folder: string): Promise<RunningServer> {
  // Without `-C source`, that is: as a user runs it.
  const child = fork(program, [folder], {
    execArgv: ['--no-warnings'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    await exit
  }
  try {
    const { port } = await nextMessage<{ port: number }>(child)
    return {
      port,
      async usage() {
        child.send('usage')
        return await nextMessage<ServerUsage>(child)
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  const { promise, resolve, reject } = Promise.withResolvers<Message>()
  const ended = (code: number | null): void => reject(new Error(`the server ended with ${code}`))
  child.once('exit', ended)
  child.once('message', resolve)
  try {
    return await promise
  } finally {
    child.off('exit', ended)
    child.off('message', resolve)
  }
}
