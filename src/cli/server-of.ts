import type { LoggedRequest } from '../app/request-log.ts'
import { uploadApp } from '../app/upload-app.ts'
import type { UploadApp, UploadAppOptions } from '../app/upload-app.ts'
import type { UploadError } from '../index.ts'
import type { Access } from './access.ts'
import { downloadOrigins } from './bucket-storage.ts'
import { causesOf } from './causes.ts'
import { logLine } from './log-line.ts'
import { ownNames } from './own-names.ts'
import type { ServeSettings } from './serve-settings.ts'

/** The needs of a server that are not settings. */
export interface Surroundings extends Pick<UploadAppOptions, 'storage' | 'assets' | 'checks' | 'takeSlot'> {
  readonly access: Access | undefined
  /** Prints a line of the log. */
  readonly print: (text: string) => void
  /** Prints a failure of the server. */
  readonly fail: (text: string) => void
}

/** The server of these settings, which does not listen yet. */
export function serverOf(settings: ServeSettings, surroundings: Surroundings): Promise<UploadApp> {
  const {
    limits,
    access: { trustProxy, origins },
    log,
    json,
  } = settings
  const { storage, assets, checks, takeSlot, access, print, fail } = surroundings
  const names = ownNames(settings.host, settings.hosts)
  const tell = (request: LoggedRequest): void => print(json ? JSON.stringify(request) : logLine(request))
  return uploadApp({
    ...limits,
    ...access,
    trustProxy,
    origins,
    storage,
    ...(settings.storage.kind === 'bucket' && { downloadOrigins: downloadOrigins(settings.storage) }),
    assets,
    checks,
    takeSlot,
    hosts: names && ((name) => names.includes(name)),
    onError: (error) => fail(lineOf(error)),
    onWarning: fail,
    ...(log && { onAnswer: tell }),
  })
}

/** A failure of the server, with its causes, in a line. */
function lineOf(error: UploadError): string {
  return [`${error.status} ${error.code}`, ...causesOf(error)].join(': ')
}
