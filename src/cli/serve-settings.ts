import type { UploadAppOptions } from '../app/upload-app.ts'
import { parseBase } from '../handler.ts'
import { formatBytes } from '../index.ts'
import { combineRules, EXTENSION_GROUP_NAMES, listExtensions, parseExtensions } from '../media.ts'
import type { ExtensionRule } from '../media.ts'
import { ACCESS_OPTIONS, readAccessSettings } from './access-settings.ts'
import type { AccessSettings } from './access-settings.ts'
import type { Arguments } from './arguments.ts'
import { CommandError } from './command-error.ts'
import type { Option, PresetOption } from './option.ts'
import { parseLimit, parseNumber, parseSwitch, parseText, parseTime, parseWord } from './parse-value.ts'
import { readScanSettings, SCAN_OPTIONS } from './scan-settings.ts'
import type { ScanSettings } from './scan-settings.ts'
import { readStorageSettings, STORAGE_OPTIONS } from './storage-settings.ts'
import type { StorageSettings } from './storage-settings.ts'

/** The settings of `decant serve`. */
export interface ServeSettings {
  readonly host: string
  /** Absent: 3000, or the next port that is free. */
  readonly port: number | undefined
  /** Names, without ports, to which the server answers besides its own. */
  readonly hosts: readonly string[] | 'any' | undefined
  /** The number of processes that serve. With 1, this process serves. */
  readonly workers: number
  readonly shutdownTimeoutMs: number
  readonly log: boolean
  readonly json: boolean
  readonly access: AccessSettings
  /** Absent: files are not scanned. */
  readonly scan: ScanSettings | undefined
  readonly storage: StorageSettings
  readonly limits: Omit<
    UploadAppOptions,
    | 'storage'
    | 'downloadOrigins'
    | 'assets'
    | 'hosts'
    | 'authorize'
    | 'deletion'
    | 'trustProxy'
    | 'origins'
    | 'onWarning'
    | 'checks'
    | 'takeSlot'
    | 'onAnswer'
    | 'onError'
  > & {
    readonly maxUploads: number
    readonly maxUploadsPerClient: number | undefined
  }
}

const HOST: PresetOption<string> = {
  flag: 'host',
  value: 'ADDRESS',
  about: 'address to listen on; 0.0.0.0 for the whole network',
  preset: '127.0.0.1',
  parse: parseText,
}
const PORT: Option<number> = {
  flag: 'port',
  short: 'p',
  value: 'NUMBER',
  about: 'default 3000, or the next free one; 0 for any',
  parse: (text) => parseNumber(text, 0, 65_535),
}
const HOSTS: Option<readonly string[] | 'any'> = {
  flag: 'hosts',
  value: 'NAMES',
  about: 'further names of this server, such as files.example, without ports; any for every name',
  parse: parseHosts,
}
const BASE: Option<string> = {
  flag: 'base',
  value: 'PATH',
  about: 'path before all URLs, such as /drop; not needed if the proxy strips it and sends X-Forwarded-Prefix',
  parse: parseServedBase,
}
const WORKERS: PresetOption<number> = {
  flag: 'workers',
  value: 'NUMBER',
  about: 'processes that share the work; the machine should have as many free cores',
  preset: '1',
  parse: (text) => parseNumber(text, 1, 64),
}
const MAX_FILE_SIZE: PresetOption<number> = {
  flag: 'max-file-size',
  value: 'SIZE',
  about: 'limit of one file, such as 8MiB or 500000',
  preset: '4GiB',
  parse: parseLimit,
}
const MAX_BODY_SIZE: Option<number> = {
  flag: 'max-body-size',
  value: 'SIZE',
  about: 'limit of a whole request; default: room for --max-files files of --max-file-size',
  parse: parseLimit,
}
const MAX_FILES: PresetOption<number> = {
  flag: 'max-files',
  value: 'NUMBER',
  about: 'limit of files in one request',
  preset: '100',
  parse: (text) => parseNumber(text, 1, 1_000_000),
}
const MAX_UPLOADS: PresetOption<number> = {
  flag: 'max-uploads',
  value: 'NUMBER',
  about: 'limit of uploads at the same time; beyond it, the slowest gives way or the new one gets 503',
  preset: '2000',
  parse: (text) => parseNumber(text, 1, 1_000_000),
}
const MAX_UPLOADS_PER_CLIENT: Option<number> = {
  flag: 'max-uploads-per-client',
  value: 'NUMBER',
  about: 'limit of uploads at the same time from one address; default: half of --max-uploads',
  parse: (text) => parseNumber(text, 1, 1_000_000),
}
const EXTENSIONS: PresetOption<ExtensionRule> = {
  flag: 'extensions',
  value: 'LIST',
  about: `types that are accepted, such as images,pdf; groups: ${EXTENSION_GROUP_NAMES.join(', ')}`,
  preset: 'all',
  parse: parseExtensions,
}
const DENY: Option<ExtensionRule> = {
  flag: 'deny',
  value: 'LIST',
  about: 'types that are refused, whatever --extensions says',
  parse: parseExtensions,
}
const CONTENT: PresetOption<'verify' | 'exact' | 'trust'> = {
  flag: 'content',
  value: 'verify|exact|trust',
  about: 'whether the content of a file must fit its extension: in kind, exactly, or not at all',
  preset: 'verify',
  parse: (text) => parseWord(text, 'verify', 'exact', 'trust'),
}
const DIGEST: Option<'sha-256'> = {
  flag: 'digest',
  value: 'sha-256',
  about: 'compute this digest of each file, and send it in answers and with the file (Repr-Digest)',
  parse: (text) => parseWord(text, 'sha-256'),
}
const FOLDERS: Option<boolean> = {
  flag: 'folders',
  about: 'keep the folders of files that are sent with their paths, such as trip/a.jpg; default: keep the names alone',
  parse: parseSwitch,
}
const IDLE_TIMEOUT: PresetOption<number> = {
  flag: 'idle-timeout',
  value: 'TIME',
  about: 'an upload that sends nothing for this time ends with 408',
  preset: '60s',
  parse: parseIdleTimeout,
}
const KEEP_ALIVE: PresetOption<number> = {
  flag: 'keep-alive',
  value: 'TIME',
  about: 'an idle connection is closed after this time; must be longer than in a proxy in front',
  preset: '125s',
  parse: parseKeepAlive,
}
const SHUTDOWN_TIMEOUT: PresetOption<number> = {
  flag: 'shutdown-timeout',
  value: 'TIME',
  about: 'when the server is stopped, running uploads have this time to end',
  preset: '10s',
  parse: parseTime,
}
const TITLE: Option<string> = { flag: 'title', value: 'TEXT', about: 'heading of the page', parse: parseText }
const LOG: Option<boolean> = {
  flag: 'log',
  about: 'print a line for every request, when it is answered',
  parse: parseSwitch,
}
const JSON_LINE: Option<boolean> = { flag: 'json', about: 'print lines of JSON, for programs', parse: parseSwitch }

/** The options of `decant serve`, in the order of its help. */
export const SERVE_OPTIONS: readonly Option<unknown>[] = [
  HOST,
  PORT,
  HOSTS,
  BASE,
  ...ACCESS_OPTIONS,
  WORKERS,
  MAX_FILE_SIZE,
  MAX_BODY_SIZE,
  MAX_FILES,
  MAX_UPLOADS,
  MAX_UPLOADS_PER_CLIENT,
  EXTENSIONS,
  DENY,
  FOLDERS,
  CONTENT,
  DIGEST,
  ...SCAN_OPTIONS,
  ...STORAGE_OPTIONS,
  IDLE_TIMEOUT,
  KEEP_ALIVE,
  SHUTDOWN_TIMEOUT,
  TITLE,
  LOG,
  JSON_LINE,
]

/** @throws {CommandError} for a value that its option does not allow, and for values that contradict each other. */
export function readServeSettings(given: Arguments): ServeSettings {
  const scan = readScanSettings(given)
  const access = readAccessSettings(given)
  checkTypes(given)
  return {
    access,
    scan,
    storage: readStorageSettings(given, access.file !== undefined || access.credentials !== undefined),
    host: given.read(HOST),
    port: given.read(PORT),
    hosts: given.read(HOSTS),
    workers: given.read(WORKERS),
    shutdownTimeoutMs: given.read(SHUTDOWN_TIMEOUT),
    log: given.read(LOG) ?? false,
    json: given.read(JSON_LINE) ?? false,
    limits: {
      maxFileSize: readMaxFileSize(given, scan),
      maxBodySize: given.read(MAX_BODY_SIZE),
      maxFiles: given.read(MAX_FILES),
      maxUploads: given.read(MAX_UPLOADS),
      maxUploadsPerClient: given.read(MAX_UPLOADS_PER_CLIENT),
      extensions: given.read(EXTENSIONS),
      deny: given.read(DENY),
      keepsFolders: given.read(FOLDERS),
      content: given.read(CONTENT),
      digest: given.read(DIGEST),
      idleTimeoutMs: given.read(IDLE_TIMEOUT),
      keepAliveTimeoutMs: given.read(KEEP_ALIVE),
      title: given.read(TITLE),
      base: given.read(BASE),
    },
  }
}

/**
 * The limit of one file. If another limit would refuse a file, this one is lowered to it. So the page shows it, and a
 * file is refused before all of it has come.
 *
 * @throws {CommandError} if the operator asked for larger files than another limit allows.
 */
function readMaxFileSize(given: Arguments, scan: ScanSettings | undefined): number {
  const asked = given.read(MAX_FILE_SIZE)
  const ofBody = given.read(MAX_BODY_SIZE) ?? Infinity
  const ofScan = scan?.maxStreamSize ?? Infinity
  if (given.has(MAX_FILE_SIZE) && asked > ofBody) {
    throw new CommandError(
      `${given.nameOf(MAX_FILE_SIZE)} of ${formatBytes(asked)} does not fit into ${given.nameOf(MAX_BODY_SIZE)} of ` +
        `${formatBytes(ofBody)}; lower the one, or raise the other`,
    )
  }
  if (given.has(MAX_FILE_SIZE) && asked > ofScan) {
    throw new CommandError(
      `${given.nameOf(MAX_FILE_SIZE)}: only files of up to ${formatBytes(ofScan)} are scanned; lower it, or raise ` +
        '--clamav-max-size and, in clamd.conf, StreamMaxLength, MaxFileSize and MaxScanSize',
    )
  }
  return Math.min(asked, ofBody, ofScan)
}

/** @throws {CommandError} if no type of file is left. */
function checkTypes(given: Arguments): void {
  const rule = combineRules({ extensions: given.read(EXTENSIONS), deny: given.read(DENY) })
  if (listExtensions(rule)?.length !== 0) return
  throw new CommandError(`${given.nameOf(DENY)} leaves no type of file to accept; deny less, or leave it out`)
}

function parseHosts(text: string): readonly string[] | 'any' {
  if (text.trim().toLowerCase() === 'any') return 'any'
  return text.split(',').map((word) => {
    const name = word.trim().toLowerCase()
    if (/^(?:[^\s:/[\]]+|\[[\da-f:.]+\])$/.test(name) && name !== 'any') return name.replace(/\.$/, '')
    throw new TypeError(
      `${JSON.stringify(word)} is not a valid name of a host. Write files.example or [::1], without a scheme or a port; or any alone.`,
    )
  })
}

/** Checks the path, and returns it as it was typed. */
function parseServedBase(text: string): string {
  parseBase(text)
  return text
}

/** 0 is refused: Node reads it as "for ever" and nginx as "not at all". */
function parseKeepAlive(text: string): number {
  const time = parseTime(text)
  if (time === 0) throw new TypeError('0 would keep connections for ever. Write a time above 0.')
  return time
}

function parseIdleTimeout(text: string): number {
  const time = parseTime(text)
  if (time === 0) throw new TypeError('no upload could begin. Write a time above 0.')
  return time
}
