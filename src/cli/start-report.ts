import { renderUnicodeCompact } from 'uqr'
import type { UploadSet } from '../index.ts'
import { formatBytes } from '../index.ts'
import { tellBucket } from './bucket-url.ts'
import type { OwnNames } from './own-names.ts'
import type { FilePlace } from './start-storage.ts'

/** The facts of the report when the server is ready. */
export interface StartReport {
  /** For a browser of this machine. */
  readonly url: string
  /** For other machines, if they can reach it. */
  readonly networkUrls: readonly string[]
  readonly place: FilePlace
  readonly set: Pick<UploadSet, 'extensions' | 'maxFileSize' | 'maxFiles'>
  /** Some types are refused. */
  readonly denies: boolean
  /** Files are scanned for viruses. */
  readonly scans: boolean
  /** Processes that serve. */
  readonly workers: number
  /** Absent if the server answers to every name. */
  readonly names: OwnNames | undefined
}

export interface ReportStyle {
  /** Shows a QR code of the first network URL. */
  readonly qrCode: boolean
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
}

/** More extensions than these are only counted. */
const EXTENSIONS_SHOWN = 12

/** The report for a person: the URLs, the place of the files, and the limits. */
export function startReportText(report: StartReport, { qrCode, bold, dim }: ReportStyle): string {
  const { url, networkUrls, place, set, scans, workers, names } = report
  const [first] = networkUrls
  const taken = `${typesOf(report)}, up to ${formatBytes(set.maxFileSize)} each, ${set.maxFiles} at once`
  return [
    `Upload at  ${bold(url)}`,
    ...networkUrls.map((other) => `Network    ${bold(other)}`),
    ...(qrCode && first !== undefined ? ['', renderUnicodeCompact(first, { border: 1 })] : []),
    '',
    `Files go to ${placeOf(place)}`,
    `Accepted: ${taken}${scans ? ', scanned by ClamAV' : ''}.${spaceOf(place)}`,
    ...(names?.takesAddresses === true ? [namesOf(names)] : []),
    ...(workers > 1 ? [`${workers} workers share the work.`] : []),
    dim('Press Ctrl-C to stop.'),
  ].join('\n')
}

/** The report for a program, in one line of JSON. */
export function startReportJson(report: StartReport): string {
  const { url, networkUrls, place, set, workers, names } = report
  const { extensions, maxFileSize, maxFiles } = set
  return JSON.stringify({
    url,
    networkUrls,
    ...(place.kind === 'folder' ? { folder: place.folder } : { bucket: tellBucket(place), endpoint: place.endpoint }),
    extensions,
    maxFileSize,
    maxFiles,
    ...(place.kind === 'folder' && { minFreeSpace: place.minFreeSpace }),
    workers,
    hosts: names?.names,
  })
}

function placeOf(place: FilePlace): string {
  if (place.kind === 'folder') return place.folder
  return place.endpoint === undefined ? tellBucket(place) : `${tellBucket(place)} at ${place.endpoint}`
}

/** A sentence about the space of the disk, after a space. */
function spaceOf(place: FilePlace): string {
  if (place.kind === 'bucket' || place.minFreeSpace === 0) return ''
  return ` The last ${formatBytes(place.minFreeSpace)} of the disk stay free.`
}

/** For a server beyond loopback: a browser may use a name that the machine does not know. */
function namesOf({ names }: OwnNames): string {
  return `Answers to IP addresses, ${names.join(', ')}. Add other names with --hosts.`
}

function typesOf({ set: { extensions }, denies }: StartReport): string {
  if (extensions === undefined) return denies ? 'every type of file but the denied ones' : 'every type of file'
  return extensions.length > EXTENSIONS_SHOWN ? `${extensions.length} types of file` : extensions.join(', ')
}
