import type { LoggedRequest } from '../app/request-log.ts'
import { uploadApp } from '../app/upload-app.ts'
import type { UploadApp } from '../app/upload-app.ts'
import { bytes } from '../index.ts'
import type { UploadError } from '../index.ts'
import { readAccess } from './access.ts'
import { isLoopback, localUrl, loopbackNames, networkUrls } from './address.ts'
import type { Arguments } from './arguments.ts'
import { causesOf } from './causes.ts'
import { CommandError } from './command-error.ts'
import { listen } from './listen.ts'
import { logLine } from './log-line.ts'
import { scanner } from './scanner.ts'
import { readServeSettings } from './serve-settings.ts'
import type { ServeSettings } from './serve-settings.ts'
import { startReportJson, startReportText } from './start-report.ts'
import { untilStopped } from './stop-signals.ts'
import { terminal } from './terminal.ts'
import { uploadFolder } from './upload-folder.ts'

const DEFAULT_FOLDER = './uploads'

/**
 * `decant serve [DIR]`: runs until it is told to stop.
 *
 * @param operands what was typed after `serve` and is no option
 * @param assets where the page's built files are
 * @returns the exit code
 * @throws {CommandError} for what was typed, for a folder that cannot be used and a port that is taken.
 */
export async function serve(given: Arguments, operands: readonly string[], assets: URL): Promise<number> {
  const settings = readServeSettings(given)
  const [path = DEFAULT_FOLDER, ...others] = operands
  if (others.length > 0) throw new CommandError(`one DIR is enough; ${others.join(' ')} is too much`)

  const folder = await uploadFolder(path)
  const { limits, scan } = settings
  const checks = scan === undefined ? [] : [await scanner(scan)]
  const { trustProxy } = settings.access
  const access = await readAccess(settings.access, folder)
  const hosts = hostsOf(settings)
  const told = { onError: report, ...(settings.log && { onAnswer: settings.json ? logJson : logText }) }
  const app = await uploadApp({ ...limits, ...access, trustProxy, folder, assets, checks, hosts, ...told })
  await warnOfSpace(app, settings)
  const port = await listen(app.server, settings.host, settings.port)
  // Before anything is printed: whoever waits for that may tell us to stop in the same instant.
  const stopped = untilStopped((again) => stop(app, settings, again))
  warnOf(settings, port, access !== undefined)
  const startReport = {
    url: localUrl(settings.host, port),
    networkUrls: networkUrls(settings.host, port),
    folder,
    set: app.set,
    denies: limits.deny !== undefined,
    scans: scan !== undefined,
    minFreeSpace: limits.minFreeSpace,
  }
  const { isWatched, bold, dim } = terminal
  terminal.print(
    settings.json ? startReportJson(startReport) : startReportText(startReport, { qrCode: isWatched, bold, dim }),
  )
  return stopped
}

/**
 * On loopback, a page of a stranger's could reach the server from a browser here by a name of his own (DNS rebinding), so
 * only known names count. Beyond it nobody can tell by which names a network knows this machine: any Host will do.
 */
function hostsOf({ host, hosts }: ServeSettings): readonly string[] | undefined {
  if (hosts === undefined && !isLoopback(host)) return undefined
  return [...loopbackNames(host), ...(hosts ?? [])]
}

async function warnOfSpace({ storage }: UploadApp, { limits }: ServeSettings): Promise<void> {
  const free = await storage.freeSpace()
  if (free >= limits.minFreeSpace) return
  terminal.warn(`only ${bytes(free)} of the disk are free, so nothing is taken until there are more than that`)
}

function warnOf({ host, port, access }: ServeSettings, actualPort: number, isGuarded: boolean): void {
  if (port === undefined && actualPort !== 3000) terminal.warn(`port 3000 is taken; this is port ${actualPort}`)
  if (isLoopback(host)) return
  if (!isGuarded) {
    terminal.warn('anybody who can reach this machine can upload files here and download all of them')
  } else if (access.trustProxy === undefined) {
    terminal.warn(
      'passwords and files cross the network in clear text; put a proxy with https before this, see --trust-proxy',
    )
  }
}

async function stop(app: UploadApp, { shutdownTimeoutMs, json }: ServeSettings, again: boolean): Promise<void> {
  const graceMs = again ? 0 : shutdownTimeoutMs
  if (app.busy > 0 && !again && !json) {
    const requests = app.busy === 1 ? 'a request is' : `${app.busy} requests are`
    terminal.print(`Stopping. ${requests} still running and may take ${graceMs / 1000} seconds to end.`)
  }
  await app.close(graceMs)
}

function logText(request: LoggedRequest): void {
  terminal.print(logLine(request))
}

function logJson(request: LoggedRequest): void {
  terminal.print(JSON.stringify(request))
}

/** A failure of ours, with its causes, in a line. */
function report(error: UploadError): void {
  terminal.fail([`${error.status} ${error.code}`, ...causesOf(error)].join(': '))
}
