import cluster from 'node:cluster'
import type { Worker } from 'node:cluster'
import type { Arguments } from '../arguments.ts'
import { toAccess } from '../access.ts'
import { CommandError } from '../command-error.ts'
import { fileStorage } from '../file-storage.ts'
import { listen } from '../listen.ts'
import { scanner } from '../scanner.ts'
import { readServeSettings } from '../serve-settings.ts'
import { serverOf } from '../server-of.ts'
import { SharedSlots } from './shared-slots.ts'
import { isPrimaryMessage } from './worker-message.ts'
import type { PrimaryMessage, WorkerMessage } from './worker-message.ts'

/**
 * A worker of `decant serve --workers`: serves until the primary tells it to stop. If the primary ends in any way, the
 * worker ends too: `node:cluster` ends it when their channel closes.
 *
 * @param assets the folder of the page's built files
 * @returns the exit code
 * @throws {TypeError} in a process that is not a worker.
 */
export async function serveAsWorker(given: Arguments, assets: URL): Promise<number> {
  const { worker } = cluster
  if (worker === undefined) throw new TypeError('This process is not a worker of a cluster.')
  // A terminal's Ctrl-C and a service manager's SIGTERM come to all processes. The primary says when to stop.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})
  try {
    await serveUntilTold(worker, given, assets)
    return 0
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    post(worker, { kind: 'refused', message: error.message, exitCode: error.exitCode })
    return error.exitCode
  } finally {
    // Without this, their channel would keep the process alive.
    worker.disconnect()
  }
}

async function serveUntilTold(worker: Worker, given: Arguments, assets: URL): Promise<void> {
  const settings = readServeSettings(given)
  const { maxUploads, maxUploadsPerClient } = settings.limits
  const slots = new SharedSlots({ maxUploads, maxUploadsPerClient }, settings.workers, (message) =>
    post(worker, message),
  )
  const ordered = Promise.withResolvers<Extract<PrimaryMessage, { kind: 'serve' }>>()
  let stop: (graceMs: number) => void = () => {}
  worker.on('message', (message: unknown) => {
    if (!isPrimaryMessage(message)) return
    if (message.kind === 'serve') ordered.resolve(message)
    else if (message.kind === 'slot') slots.answer(message.id, message.answer)
    else stop(message.graceMs)
  })
  post(worker, { kind: 'started' })

  const { folder, port, authFile } = await ordered.promise
  const { access, scan, host } = settings
  const app = await serverOf(settings, {
    storage: await fileStorage(settings.storage, folder),
    assets,
    checks: scan === undefined ? [] : [scanner(scan)],
    access: toAccess(access, authFile),
    takeSlot: (client) => slots.take(client),
    print: (text) => post(worker, { kind: 'line', text, isFailure: false }),
    fail: (text) => post(worker, { kind: 'line', text, isFailure: true }),
  })
  const actualPort = await listen(app.server, host, port)
  const closed = Promise.withResolvers<void>()
  stop = (graceMs) => {
    post(worker, { kind: 'stopping', busy: app.busy })
    app.close(graceMs).then(closed.resolve, closed.reject)
  }
  post(worker, { kind: 'listening', port: actualPort })
  await closed.promise
}

function post(worker: Worker, message: WorkerMessage): void {
  // ERR_IPC_CHANNEL_CLOSED, EPIPE: the primary is gone, and this process ends soon.
  worker.send(message, () => {})
}
