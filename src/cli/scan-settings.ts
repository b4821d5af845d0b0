import type { Arguments } from './arguments.ts'
import { parseClamdAddress } from './clamd-address.ts'
import type { ClamdAddress } from './clamd-address.ts'
import { CommandError } from './command-error.ts'
import type { Option, PresetOption } from './option.ts'
import { parseLimit, parseWord } from './parse-value.ts'

/** How files are scanned for viruses. */
export interface ScanSettings {
  readonly clamd: ClamdAddress
  /** The most bytes of a file. */
  readonly maxStreamSize: number
  /** The fate of files while clamd cannot be reached. */
  readonly onUnavailable: 'refuse' | 'accept'
}

const CLAMAV: Option<ClamdAddress> = {
  flag: 'clamav',
  value: 'HOST:PORT|SOCKET',
  about: "address of ClamAV's daemon, to have it scan every file",
  parse: parseClamdAddress,
}
const CLAMAV_MAX_SIZE: PresetOption<number> = {
  flag: 'clamav-max-size',
  value: 'SIZE',
  about: 'limit of a file, as in clamd.conf; larger files are refused',
  preset: '100MiB',
  parse: parseLimit,
}
const CLAMAV_DOWN: PresetOption<'refuse' | 'accept'> = {
  flag: 'clamav-down',
  value: 'refuse|accept',
  about: 'while ClamAV cannot be reached, refuse files or accept them unscanned',
  preset: 'refuse',
  parse: (text) => parseWord(text, 'refuse', 'accept'),
}

/** The options of scanning, in the order of the help. */
export const SCAN_OPTIONS: readonly Option<unknown>[] = [CLAMAV, CLAMAV_MAX_SIZE, CLAMAV_DOWN]

/**
 * How files are scanned; `undefined` if they are not.
 *
 * @throws {CommandError} for a setting of clamd without an address: the operator expects that files are scanned.
 */
export function readScanSettings(given: Arguments): ScanSettings | undefined {
  const clamd = given.read(CLAMAV)
  if (clamd === undefined) {
    const lonely = [CLAMAV_MAX_SIZE, CLAMAV_DOWN].find((option) => given.has(option))
    if (lonely === undefined) return undefined
    throw new CommandError(`${given.nameOf(lonely)} needs --clamav with the address of clamd`)
  }
  return { clamd, maxStreamSize: given.read(CLAMAV_MAX_SIZE), onUnavailable: given.read(CLAMAV_DOWN) }
}
