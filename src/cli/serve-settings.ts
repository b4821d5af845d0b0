import type { UploadAppOptions } from '../app/upload-app.ts'
import { EXTENSION_GROUP_NAMES, parseExtensions } from '../index.ts'
import type { ExtensionRule } from '../index.ts'
import type { Arguments } from './arguments.ts'
import type { Option, PresetOption } from './option.ts'
import { parseNumber, parseSize, parseSwitch, parseTime } from './parse-value.ts'

/** What `decant serve` was asked for. */
export interface ServeSettings {
  readonly host: string
  /** Absent: 3000, or the next port that is free. */
  readonly port: number | undefined
  /** Names without ports under which the server is known besides. */
  readonly hosts: readonly string[] | undefined
  readonly shutdownTimeoutMs: number
  readonly json: boolean
  readonly limits: Omit<UploadAppOptions, 'folder' | 'assets' | 'hosts' | 'onError'> & {
    readonly minFreeSpace: number
  }
}

const HOST: PresetOption<string> = {
  flag: 'host',
  value: 'ADDRESS',
  about: 'where to listen; 0.0.0.0 for the whole network',
  preset: '127.0.0.1',
  parse: parseText,
}
const PORT: Option<number> = {
  flag: 'port',
  short: 'p',
  value: 'NUMBER',
  about: 'default 3000, or the next one that is free; 0 for any',
  parse: (text) => parseNumber(text, 0, 65_535),
}
const HOSTS: Option<readonly string[]> = {
  flag: 'hosts',
  value: 'NAMES',
  about: 'names it answers to, without ports; by default its own on loopback, and any beyond',
  parse: parseHosts,
}
const MAX_FILE_SIZE: PresetOption<number> = {
  flag: 'max-file-size',
  value: 'SIZE',
  about: 'of one file, such as 8MiB, 1GB or 500000',
  preset: '4GiB',
  parse: parseSize,
}
const MAX_BODY_SIZE: Option<number> = {
  flag: 'max-body-size',
  value: 'SIZE',
  about: 'of a whole request; default: as many of the largest files as it may have',
  parse: parseSize,
}
const MAX_FILES: PresetOption<number> = {
  flag: 'max-files',
  value: 'NUMBER',
  about: 'of one request',
  preset: '100',
  parse: (text) => parseNumber(text, 1, 1_000_000),
}
const MAX_UPLOADS: PresetOption<number> = {
  flag: 'max-uploads',
  value: 'NUMBER',
  about: 'that are received at once; one more is told to come again',
  preset: '2000',
  parse: (text) => parseNumber(text, 1, 1_000_000),
}
const MAX_UPLOADS_PER_CLIENT: Option<number> = {
  flag: 'max-uploads-per-client',
  value: 'NUMBER',
  about: 'of those, from one address; by default any: behind a proxy all have one',
  parse: (text) => parseNumber(text, 1, 1_000_000),
}
const EXTENSIONS: PresetOption<ExtensionRule> = {
  flag: 'extensions',
  value: 'LIST',
  about: `what is taken, such as images,pdf; groups: ${EXTENSION_GROUP_NAMES.join(', ')}`,
  preset: 'all',
  parse: parseExtensions,
}
const DENY: Option<ExtensionRule> = {
  flag: 'deny',
  value: 'LIST',
  about: 'what is not taken, whatever --extensions says',
  parse: parseExtensions,
}
const CONTENT: PresetOption<'verify' | 'trust'> = {
  flag: 'content',
  value: 'verify|trust',
  about: 'whether what is in a file has to agree with its extension',
  preset: 'verify',
  parse: parseContent,
}
const MIN_FREE_SPACE: PresetOption<number> = {
  flag: 'min-free-space',
  value: 'SIZE',
  about: 'of the disk, below which no file is taken',
  preset: '1GiB',
  parse: parseSize,
}
const DURABLE: Option<boolean> = {
  flag: 'durable',
  about: 'flush each file to the disk before it is answered, so that a loss of power cannot take it back',
  parse: parseSwitch,
}
const IDLE_TIMEOUT: PresetOption<number> = {
  flag: 'idle-timeout',
  value: 'TIME',
  about: 'without a byte, after which an upload is given up',
  preset: '60s',
  parse: parseIdleTimeout,
}
const SHUTDOWN_TIMEOUT: PresetOption<number> = {
  flag: 'shutdown-timeout',
  value: 'TIME',
  about: 'that running uploads have to end when the server is stopped',
  preset: '10s',
  parse: parseTime,
}
const TITLE: Option<string> = { flag: 'title', value: 'TEXT', about: "the page's heading", parse: parseText }
const JSON_LINE: Option<boolean> = { flag: 'json', about: 'print one line of JSON for programs', parse: parseSwitch }

/** The options of `decant serve`, in the order of its help. */
export const SERVE_OPTIONS: readonly Option<unknown>[] = [
  HOST,
  PORT,
  HOSTS,
  MAX_FILE_SIZE,
  MAX_BODY_SIZE,
  MAX_FILES,
  MAX_UPLOADS,
  MAX_UPLOADS_PER_CLIENT,
  EXTENSIONS,
  DENY,
  CONTENT,
  MIN_FREE_SPACE,
  DURABLE,
  IDLE_TIMEOUT,
  SHUTDOWN_TIMEOUT,
  TITLE,
  JSON_LINE,
]

/** @throws {CommandError} for a value that its option does not understand. */
export function readServeSettings(given: Arguments): ServeSettings {
  return {
    host: given.read(HOST),
    port: given.read(PORT),
    hosts: given.read(HOSTS),
    shutdownTimeoutMs: given.read(SHUTDOWN_TIMEOUT),
    json: given.read(JSON_LINE) ?? false,
    limits: {
      maxFileSize: given.read(MAX_FILE_SIZE),
      maxBodySize: given.read(MAX_BODY_SIZE),
      maxFiles: given.read(MAX_FILES),
      maxUploads: given.read(MAX_UPLOADS),
      maxUploadsPerClient: given.read(MAX_UPLOADS_PER_CLIENT),
      extensions: given.read(EXTENSIONS),
      deny: given.read(DENY),
      content: given.read(CONTENT),
      minFreeSpace: given.read(MIN_FREE_SPACE),
      durable: given.read(DURABLE),
      idleTimeoutMs: given.read(IDLE_TIMEOUT),
      title: given.read(TITLE),
    },
  }
}

function parseText(text: string): string {
  if (text.trim() === '') throw new TypeError('it is empty.')
  return text
}

function parseContent(text: string): 'verify' | 'trust' {
  const word = text.trim().toLowerCase()
  if (word === 'verify' || word === 'trust') return word
  throw new TypeError(`${JSON.stringify(text)} is neither "verify" nor "trust".`)
}

function parseHosts(text: string): readonly string[] {
  return text.split(',').map((word) => {
    const name = word.trim().toLowerCase()
    if (/^(?:[^\s:/[\]]+|\[[\da-f:.]+\])$/.test(name)) return name
    throw new TypeError(
      `${JSON.stringify(word)} is no name of a host. Write files.example or [::1], without a scheme or a port.`,
    )
  })
}

function parseIdleTimeout(text: string): number {
  const time = parseTime(text)
  if (time === 0) throw new TypeError('no upload could begin. Write a time above 0.')
  return time
}
