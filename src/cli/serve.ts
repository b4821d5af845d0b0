import cluster from 'node:cluster'
import type { UploadApp } from '../app/upload-app.ts'
import type { Storage } from '../storage.ts'
import { toAccess } from './access.ts'
import { isLoopback, localUrl, networkUrls } from './address.ts'
import type { Arguments } from './arguments.ts'
import { readAuthFile } from './auth-file.ts'
import { causesOf } from './causes.ts'
import { CommandError } from './command-error.ts'
import { listen } from './listen.ts'
import { ownNames } from './own-names.ts'
import { scanner, warnOfScanner } from './scanner.ts'
import { serverOf } from './server-of.ts'
import { readServeSettings } from './serve-settings.ts'
import type { ServeSettings } from './serve-settings.ts'
import { startReportJson, startReportText } from './start-report.ts'
import { startStorage } from './start-storage.ts'
import { untilStopped } from './stop-signals.ts'
import { readFolder } from './storage-settings.ts'
import { terminal } from './terminal.ts'
import { WorkerPool } from './worker/worker-pool.ts'
import type { WorkerPoolOptions } from './worker/worker-pool.ts'

/** The start of `decant serve`. */
export interface ServeStart {
  readonly given: Arguments
  /** The arguments after `serve` that are not options. */
  readonly operands: readonly string[]
  /** All arguments after the program's name. */
  readonly typed: readonly string[]
  /** The folder of the page's built files. */
  readonly assets: URL
}

/** The part that takes the requests: this process, or workers. */
interface Running {
  readonly port: number
  /** As `close` of `UploadApp`; `onBusy` is told how many requests are still running, if any. */
  close(graceMs: number, onBusy: (requests: number) => void): Promise<void>
  /** From now on, lines that waited for the report of the start are printed. */
  speak(): void
  /** Resolves to the reason if it cannot go on. */
  readonly failed?: Promise<string>
}

/**
 * `decant serve [DIR]`: runs until it is told to stop.
 *
 * @returns the exit code
 * @throws {CommandError} for wrong arguments, for a folder or a bucket that cannot be used and a port that is taken.
 */
export async function serve({ given, operands, typed, assets }: ServeStart): Promise<number> {
  const settings = readServeSettings(given)
  const path = readFolder(given, operands)
  if (settings.workers > 1 && cluster.isWorker) {
    throw new CommandError('--workers: this process is a worker of another cluster; start it without one')
  }

  const { scan } = settings
  const { storage, place } = await startStorage(settings.storage, path)
  const folder = place.kind === 'folder' ? place.folder : undefined
  if (scan !== undefined) await warnOfScanner(scan)
  const { file } = settings.access
  const authFile = file === undefined ? undefined : await readAuthFile(file, folder)
  const access = toAccess(settings.access, authFile)
  const app = await serverOf(settings, {
    storage,
    assets,
    checks: scan === undefined ? [] : [scanner(scan)],
    access,
    print: terminal.print,
    fail: terminal.fail,
  })
  const running =
    settings.workers === 1
      ? await runHere(app, settings)
      : await runWorkers(storage, settings, { typed, folder, authFile })
  const { port } = running
  // Before anything is printed: a program that waits for that may stop us in the same instant.
  const stopped = untilStopped((again) => stop(running, settings, again))
  warnOf(settings, port, access !== undefined)
  const startReport = {
    url: localUrl(settings.host, port) + app.base,
    networkUrls: networkUrls(settings.host, port).map((url) => url + app.base),
    place,
    set: app.set,
    denies: settings.limits.deny !== undefined,
    scans: scan !== undefined,
    workers: settings.workers,
    names: ownNames(settings.host, settings.hosts),
  }
  const { isWatched, bold, dim } = terminal
  terminal.print(
    settings.json ? startReportJson(startReport) : startReportText(startReport, { qrCode: isWatched, bold, dim }),
  )
  running.speak()
  return running.failed === undefined
    ? stopped
    : Promise.race([stopped, untilFailed(running, running.failed, settings)])
}

async function runHere(app: UploadApp, { host, port }: ServeSettings): Promise<Running> {
  return {
    port: await listen(app.server, host, port),
    async close(graceMs, onBusy) {
      if (app.busy > 0) onBusy(app.busy)
      await app.close(graceMs)
    },
    speak() {},
  }
}

/** @param storage each worker has one of its own; this one is for the leftovers of workers */
async function runWorkers(
  storage: Storage,
  { workers, port, limits }: ServeSettings,
  { typed, folder, authFile }: Pick<WorkerPoolOptions, 'typed' | 'folder' | 'authFile'>,
): Promise<Running> {
  // A worker may print a line before the others are ready, but readers expect the report of the start first.
  let held: (() => void)[] | undefined = []
  const pool = new WorkerPool({
    count: workers,
    typed,
    folder,
    port,
    authFile,
    limits,
    onLine(text, isFailure) {
      const tell = (): void => (isFailure ? terminal.fail(text) : terminal.print(text))
      if (held === undefined) tell()
      else held.push(tell)
    },
    onDeath: terminal.warn,
    async sweep() {
      try {
        await storage.sweep()
      } catch (error) {
        // EIO, EACCES, ...: the next sweep finds it again.
        if (!(error instanceof Error)) throw error
        terminal.warn(['the leftovers of the worker are not removed yet', error.message, ...causesOf(error)].join(': '))
      }
    },
  })
  return {
    port: await pool.start(),
    async close(graceMs, onBusy) {
      await pool.close(graceMs, onBusy)
      await storage.close?.()
    },
    speak() {
      for (const tell of held ?? []) tell()
      held = undefined
    },
    failed: pool.failed,
  }
}

async function untilFailed(running: Running, failed: Promise<string>, settings: ServeSettings): Promise<number> {
  terminal.fail(await failed)
  await stop(running, settings, false)
  return 1
}

function warnOf({ host, port, access }: ServeSettings, actualPort: number, isGuarded: boolean): void {
  if (port === undefined && actualPort !== 3000) terminal.warn(`port 3000 is taken; this is port ${actualPort}`)
  if (isLoopback(host)) return
  if (!isGuarded) {
    terminal.warn('every client that can reach this machine can upload files here and download all of them')
  } else if (access.trustProxy === undefined) {
    terminal.warn(
      'passwords and files cross the network in clear text; put a proxy with https before this, see --trust-proxy',
    )
  }
}

async function stop(running: Running, { shutdownTimeoutMs, json }: ServeSettings, again: boolean): Promise<void> {
  const graceMs = again ? 0 : shutdownTimeoutMs
  await running.close(graceMs, (busy) => {
    if (again || json) return
    const requests = busy === 1 ? 'a request is' : `${busy} requests are`
    terminal.print(`Stopping. ${requests} still running and may take ${graceMs / 1000} seconds to end.`)
  })
}
