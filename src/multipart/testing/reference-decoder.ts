import { isUploadError, UploadError } from '../../errors/upload-error.ts'
import { toDecoderLimits } from '../decoder-limits.ts'
import type { DecoderOptions } from '../decoder.ts'
import { malformedPart } from '../malformed-part.ts'
import { parsePartHead } from '../part-head.ts'
import type { Outcome } from './outcome.ts'

/** A line that is a delimiter, or would be one with less padding. */
interface Line {
  /** The place of the line end before it. */
  readonly start: number
  /** The place of its own line end. */
  readonly end: number
  /** The line end before it; '' at the beginning of the text. */
  readonly before: string
  readonly isLast: boolean
  readonly isLong: boolean
}

/**
 * Decodes a whole body at once, slowly and plainly. The real decoder must give the same result. It has a character for
 * every byte, and finds everything by searching from the start.
 */
export function referenceOutcome(body: Uint8Array, boundary: string, options: DecoderOptions = {}): Outcome {
  const parts: MutablePart[] = []
  let refusal: Outcome['refusal']
  try {
    decode(Buffer.from(body).toString('latin1'), `--${boundary}`, options, parts)
  } catch (error) {
    // Every code: it is part of the outcome.
    if (!isUploadError(error)) throw error
    refusal = { code: error.code, details: error.details }
  }
  return { parts, refusal }
}

type MutablePart = Outcome['parts'][number] & { isWhole: boolean }

function decode(body: string, delimiter: string, options: DecoderOptions, parts: MutablePart[]): void {
  const { decodesPercent } = options
  const limits = toDecoderLimits(options)
  const { maxPaddingSize } = limits
  const first = body.indexOf(delimiter)
  checkPadding(preambleSize(body, delimiter, first), maxPaddingSize)
  if (first === -1) refuse('the boundary that the Content-Type announces is not in it')
  checkFirst(body.slice(0, first))
  let rest = body.slice(first)
  let line = firstLine(rest, delimiter, maxPaddingSize)
  if (line.isLast && preambleSize(body, delimiter, first) > 0) {
    refuse('the form has no part, but there is text before its last delimiter')
  }
  while (!line.isLast) {
    rest = afterLineEnd(rest.slice(line.end))
    if (parts.length === limits.maxParts) throw new UploadError('too-many-parts', { limit: limits.maxParts })
    const header = headerOf(rest, limits.maxPartHeaderSize, parts.length + 1)
    const head = parsePartHead(Buffer.from(header, 'latin1'), limits, { number: parts.length + 1, decodesPercent })
    rest = rest.slice(header.length + '\r\n\r\n'.length)
    const next = nextLine(rest, delimiter, maxPaddingSize)
    const content = next === undefined ? withoutOpenLine(rest, delimiter) : rest.slice(0, next.start)
    const isLost = head.filename === '' && content !== ''
    const part = { head, bytes: Buffer.from(isLost ? '' : content, 'latin1'), isWhole: false }
    parts.push(part)
    if (isLost) throw malformedPart(parts.length, head.name, 'it has bytes but an empty filename')
    if (next === undefined) truncated()
    checkLine(next, maxPaddingSize)
    if (next.before === '\n') refuse('a bare LF stands before a delimiter, which has to follow CR LF')
    if (next.before === '\r') refuse('a bare CR stands before a delimiter, which has to follow CR LF')
    part.isWhole = true
    line = next
  }
  const epilogue = rest.slice(line.end).replace(/^(?:\r\n|\r|\n)/, '')
  const another = nextLine(epilogue, delimiter, maxPaddingSize)
  checkPadding(another?.start ?? epilogue.length, maxPaddingSize)
  if (another === undefined) return
  checkLine(another, maxPaddingSize)
  refuse('a delimiter comes after the last one')
}

/** Bytes before the first delimiter and its CR LF; if there is none, before all that may be the beginning of it. */
function preambleSize(body: string, delimiter: string, first: number): number {
  if (first !== -1) return body.slice(0, first).replace(/\r\n$/, '').length
  let held = delimiter.length
  while (!body.endsWith(delimiter.slice(0, held))) held -= 1
  const preamble = body.slice(0, body.length - held)
  return preamble.replace(held === 0 ? /\r\n?$/ : /\r\n$/, '').length
}

function checkFirst(before: string): void {
  const rule = 'which has to begin the body or follow CR LF'
  if (before === '' || before.endsWith('\r\n')) return
  if (before.endsWith('\xef\xbb\xbf')) refuse(`a byte order mark stands before the first delimiter, ${rule}`)
  if (before.endsWith('\n')) refuse(`a bare LF stands before the first delimiter, ${rule}`)
  if (before.endsWith('\r')) refuse(`a bare CR stands before the first delimiter, ${rule}`)
  refuse('the first delimiter is in the middle of a line; it has to begin the body or follow CR LF')
}

/** The line of the first delimiter, with which `rest` begins. */
function firstLine(rest: string, delimiter: string, limit: number): Line {
  const line = nextLine(rest, delimiter, limit)
  if (line?.start === 0 && line.before === '') {
    checkLine(line, limit)
    return line
  }
  if (rest === `${delimiter}-`) truncated()
  return refuse('the first delimiter is followed by something else on its line')
}

function nextLine(text: string, delimiter: string, limit: number): Line | undefined {
  const literal = delimiter.replaceAll(/[^\w\s]/g, String.raw`\$&`)
  const lines = new RegExp(`(^|\r\n|\r|\n)${literal}(--)?([ \t]*)`, 'g')
  for (const match of text.matchAll(lines)) {
    const [all, before = '', dashes, padding = ''] = match
    const end = match.index + all.length
    const isLong = padding.length > limit
    if (isLong || end === text.length || text[end] === '\r' || text[end] === '\n') {
      return { start: match.index, end, before, isLast: dashes !== undefined, isLong }
    }
  }
  return undefined
}

function checkLine({ isLong }: Line, limit: number): void {
  if (isLong) throw new UploadError('padding-too-large', { limit })
}

function afterLineEnd(rest: string): string {
  if (rest === '' || rest === '\r') truncated()
  if (rest.startsWith('\n')) refuse('the line of a delimiter ends in LF without CR')
  if (!rest.startsWith('\r\n')) refuse('the line of a delimiter ends in CR without LF')
  return rest.slice('\r\n'.length)
}

function headerOf(rest: string, limit: number, part: number): string {
  if (rest.startsWith('\r')) throw malformedPart(part, undefined, 'it has no header')
  // Nothing after the allowed bytes is read.
  const allowed = rest.slice(0, limit)
  const end = allowed.indexOf('\r\n\r\n')
  const header = end === -1 ? allowed : allowed.slice(0, end)
  // Its line end is included: a CR just before it could otherwise pass for one whose LF is still to come.
  const seen = end === -1 ? allowed : allowed.slice(0, end + 4)
  const stray = /(?<!\r)\n|\r(?!\n|$)|[^\P{Cc}\t\r\n\u0080-\u009f]/u.exec(seen)?.[0]
  if (stray === '\n') throw malformedPart(part, undefined, 'a line of its header ends in LF without CR')
  if (stray === '\r') throw malformedPart(part, undefined, 'its header has a CR without LF')
  if (stray !== undefined) throw malformedPart(part, undefined, 'its header has control characters')
  if (end === -1 && rest !== '' && rest.length >= limit) throw new UploadError('part-header-too-large', { limit })
  return end === -1 ? truncated() : header
}

function checkPadding(size: number, limit: number): void {
  if (size > limit) throw new UploadError('padding-too-large', { limit })
}

/** The content without a last line that may still become a delimiter, and the line end before it. */
function withoutOpenLine(content: string, delimiter: string): string {
  const start = Math.max(content.lastIndexOf('\r'), content.lastIndexOf('\n')) + 1
  if (!`${delimiter}-`.startsWith(content.slice(start))) return content
  return content.slice(0, start).replace(/(?:\r\n|\r|\n)$/, '')
}

function refuse(reason: string): never {
  throw new UploadError('malformed-body', { reason })
}

function truncated(): never {
  throw new UploadError('truncated-body', { reason: 'the last delimiter is missing' })
}
