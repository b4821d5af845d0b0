import { renderUnicodeCompact } from 'uqr'
import type { UploadSet } from '../index.ts'
import { formatBytes } from '../index.ts'
import type { OwnNames } from './own-names.ts'

/** The facts of the report when the server is ready. */
export interface StartReport {
  /** For a browser of this machine. */
  readonly url: string
  /** For other machines, if they can reach it. */
  readonly networkUrls: readonly string[]
  /** Absolute. */
  readonly folder: string
  readonly set: Pick<UploadSet, 'extensions' | 'maxFileSize' | 'maxFiles'>
  /** Some types are refused. */
  readonly denies: boolean
  /** Files are scanned for viruses. */
  readonly scans: boolean
  /** Bytes. */
  readonly minFreeSpace: number
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

/** The report for a person: the URLs, the folder of the files, and the limits. */
export function startReportText(report: StartReport, { qrCode, bold, dim }: ReportStyle): string {
  const { url, networkUrls, folder, set, scans, minFreeSpace, workers, names } = report
  const [first] = networkUrls
  const taken = `${typesOf(report)}, up to ${formatBytes(set.maxFileSize)} each, ${set.maxFiles} at once`
  const kept = minFreeSpace > 0 ? ` The last ${formatBytes(minFreeSpace)} of the disk stay free.` : ''
  return [
    `Upload at  ${bold(url)}`,
    ...networkUrls.map((other) => `Network    ${bold(other)}`),
    ...(qrCode && first !== undefined ? ['', renderUnicodeCompact(first, { border: 1 })] : []),
    '',
    `Files go to ${folder}`,
    `Accepted: ${taken}${scans ? ', scanned by ClamAV' : ''}.${kept}`,
    ...(names?.takesAddresses === true ? [namesOf(names)] : []),
    ...(workers > 1 ? [`${workers} workers share the work.`] : []),
    dim('Press Ctrl-C to stop.'),
  ].join('\n')
}

/** The report for a program, in one line of JSON. */
export function startReportJson(report: StartReport): string {
  const { url, networkUrls, folder, set, minFreeSpace, workers, names } = report
  const { extensions, maxFileSize, maxFiles } = set
  return JSON.stringify({
    url,
    networkUrls,
    folder,
    extensions,
    maxFileSize,
    maxFiles,
    minFreeSpace,
    workers,
    hosts: names?.names,
  })
}

/** For a server beyond loopback: a browser may use a name that the machine does not know. */
function namesOf({ names }: OwnNames): string {
  return `Answers to IP addresses, ${names.join(', ')}. Add other names with --hosts.`
}

function typesOf({ set: { extensions }, denies }: StartReport): string {
  if (extensions === undefined) return denies ? 'every type of file but the denied ones' : 'every type of file'
  return extensions.length > EXTENSIONS_SHOWN ? `${extensions.length} types of file` : extensions.join(', ')
}
