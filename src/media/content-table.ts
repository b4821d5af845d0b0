import { mimes } from 'mrmime'
import { FORMATS, FORMATS_OR_TEXT, TEXT_OR_FORMATS } from './format-table.ts'
import type { FormatRow } from './format-table.ts'
import { PASSIVE, PROGRAMS, TEXTS, TEXTS_OR_MORE } from './type-table.ts'

/** The content that a file with a certain extension may have. */
export interface Expectation {
  /** The type that the extension stands for; `undefined` if it is not known. */
  readonly type: string | undefined
  /**
   * The types that its content may prove to be, as `Proof` names them. A `?` follows one that counts only while it is
   * open.
   */
  readonly types: readonly string[]
  /** The text that is accepted: any, text that proves to be nothing else, or none. */
  readonly text: 'any' | 'unproven' | 'none'
  /** Other content that is accepted: none, anything but a program or markup, or everything. */
  readonly rest: 'none' | 'passive' | 'all'
}

const UNKNOWN: Expectation = { type: undefined, types: [], text: 'none', rest: 'all' }

/** Types of text, source and markup in mrmime. */
const TEXTUAL = /^text\/|[/+](?:json|xml)$|^application\/(?:sql|toml|xml-dtd)$/

const EXPECTATIONS: ReadonlyMap<string, Expectation> = new Map([
  ...Object.entries(mimes).map(([extension, type]) => [extension, expectationOfType(type)] as const),
  ...TEXTS.flatMap(([extensions, type]) => toEntries(extensions, { type, types: [], text: 'any', rest: 'none' })),
  ...TEXTS_OR_MORE.flatMap(([extensions, type]) =>
    toEntries(extensions, { type, types: [], text: 'any', rest: 'all' }),
  ),
  ...PASSIVE.flatMap(([extensions, type]) =>
    toEntries(extensions, { type, types: [], text: 'unproven', rest: 'passive' }),
  ),
  ...PROGRAMS.flatMap(([extensions, type]) => toEntries(extensions, { ...UNKNOWN, type })),
  ...FORMATS.flatMap((row) => toFormatEntries(row, 'none')),
  ...FORMATS_OR_TEXT.flatMap((row) => toFormatEntries(row, 'unproven')),
  ...TEXT_OR_FORMATS.flatMap((row) => toFormatEntries(row, 'any')),
])

/**
 * The content that a file with this extension (lower-case, without a dot) may have: anything if the extension is not
 * known.
 */
export function expectationOf(extension: string): Expectation {
  return EXPECTATIONS.get(extension) ?? UNKNOWN
}

/** The extensions under which a file of this type is usual, the most usual first. */
export function usualExtensions(type: string): readonly string[] {
  return USUAL.get(type) ?? FALLBACKS.get(type) ?? []
}

const FALLBACKS: ReadonlyMap<string, readonly string[]> = new Map([
  ['application/vnd.ms-asf', ['asf']],
  ['application/x-httpd-php', ['php']],
  ['application/x-shellscript', ['sh']],
  ['application/x-msdownload', ['exe', 'dll']],
  ['application/xhtml+xml', ['xhtml']],
  ['application/xml', ['xml']],
  ['audio/x-ms-asf', ['wma']],
  ['text/calendar', ['ics']],
  ['text/html', ['html', 'htm']],
  ['text/plain', ['txt']],
  ['text/vcard', ['vcf']],
  ['text/vtt', ['vtt']],
  ['video/mp1s', ['mpg', 'mpeg']],
  ['video/mp2p', ['mpg', 'mpeg']],
  ['video/mp2t', ['m2ts', 'mts', 'ts']],
  ['video/x-m4v', ['m4v', 'mp4']],
])

/** If several rows have a type, the first counts. Rows with a mark come before those without. */
const USUAL: ReadonlyMap<string, readonly string[]> = new Map(
  [...FORMATS, ...PASSIVE]
    .toReversed()
    .map(([extensions, types]) => [words(types)[0] ?? '', words(extensions)] as const),
)

function expectationOfType(type: string): Expectation {
  if (TEXTUAL.test(type)) return { type, types: [], text: 'any', rest: 'none' }
  if (type === 'application/octet-stream') return { ...UNKNOWN, type }
  return { type, types: [], text: 'unproven', rest: 'passive' }
}

function toFormatEntries([extensions, types]: FormatRow, text: Expectation['text']): [string, Expectation][] {
  const [type, ...others] = words(types)
  return toEntries(extensions, { type, types: type === undefined ? [] : [type, ...others], text, rest: 'none' })
}

function toEntries(extensions: string, expectation: Expectation): [string, Expectation][] {
  return words(extensions).map((extension) => [extension, expectation])
}

function words(text: string): string[] {
  return text.trim().split(/\s+/)
}
