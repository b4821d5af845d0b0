/** Bytes from `start` up to but not including `end`. */
export interface ByteSpan {
  readonly start: number
  readonly end: number
}

const INT_RANGE = /^(?<first>\d+)-(?<last>\d*)$/
const SUFFIX_RANGE = /^-(?<length>\d+)$/

/**
 * The bytes that a Range header asks for (RFC 9110 section 14.2).
 *
 * `undefined` means that the header is ignored, and the whole file is sent. The header is ignored if it is malformed,
 * has another unit, or begins after its own end. It is also ignored if it asks for several spans that do not add up to
 * one, as section 14.2 allows. So a request with many ranges never costs more than the whole file.
 *
 * An empty file is sent whole, too. A Content-Range cannot describe an empty part, and programs ask for `bytes=0-`
 * before they know the size.
 *
 * @param size of the file, in bytes
 */
export function selectRange(header: string, size: number): ByteSpan | 'unsatisfiable' | undefined {
  const equals = header.indexOf('=')
  if (header.slice(0, equals).toLowerCase() !== 'bytes' || size === 0) return undefined

  const spans: ByteSpan[] = []
  let any = false
  for (const element of header.slice(equals + 1).split(',')) {
    const text = element.replace(/^[ \t]+|[ \t]+$/g, '')
    // A list may have empty elements (section 5.6.1.2).
    if (text === '') continue
    const span = parseSpan(text, size)
    if (span === undefined) return undefined
    any = true
    if (span.start < span.end) spans.push(span)
  }
  if (!any) return undefined
  return spans.length === 0 ? 'unsatisfiable' : coalesce(spans)
}

/** One range-spec, clamped to the file (section 14.1.2); empty if it lies outside, `undefined` if it is not valid. */
function parseSpan(text: string, size: number): ByteSpan | undefined {
  const suffix = SUFFIX_RANGE.exec(text)?.groups?.['length']
  if (suffix !== undefined) return { start: Math.max(0, size - Number(suffix)), end: size }

  const { first, last } = INT_RANGE.exec(text)?.groups ?? {}
  if (first === undefined || last === undefined) return undefined
  const start = Number(first)
  const end = last === '' ? size : Math.min(size, Number(last) + 1)
  if (last !== '' && start > Number(last)) return undefined
  return { start, end }
}

/** The one span of several that touch or overlap; `undefined` if they do not. */
function coalesce(spans: readonly ByteSpan[]): ByteSpan | undefined {
  let start: number | undefined
  let end = 0
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    if (start !== undefined && span.start > end) return undefined
    start ??= span.start
    end = Math.max(end, span.end)
  }
  return start === undefined ? undefined : { start, end }
}
