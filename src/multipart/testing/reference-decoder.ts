import { isUploadError, UploadError } from '../../errors/upload-error.ts'
import { toDecoderLimits } from '../decoder-limits.ts'
import type { DecoderLimitOptions } from '../decoder-limits.ts'
import { parsePartHead } from '../part-head.ts'
import type { Outcome } from './outcome.ts'

/**
 * Decodes a whole body at once, as slowly and as plainly as can be: what the real decoder is held against. It has a
 * character for every byte, and finds everything by searching from the start.
 */
export function referenceOutcome(body: Uint8Array, boundary: string, options: DecoderLimitOptions = {}): Outcome {
  const limits = toDecoderLimits(options)
  const parts: { head: Outcome['parts'][number]['head']; bytes: Uint8Array; isWhole: boolean }[] = []
  let refusal: Outcome['refusal']
  const delimiter = `\r\n--${boundary}`
  // A CR LF is imagined before the body, and below before each part.
  let rest = `\r\n${Buffer.from(body).toString('latin1')}`
  try {
    const first = rest.indexOf(delimiter)
    const preamble = first === -1 ? withoutTail(rest, delimiter) : rest.slice(0, first)
    checkPadding(preamble.slice('\r\n'.length), limits.maxPaddingSize)
    if (first === -1) refuse('the boundary that the Content-Type announces is not in it')
    rest = rest.slice(first + delimiter.length)
    for (;;) {
      // A third dash is not the end, but neither is it anything else.
      const padding = /^(?:--)?([ \t]*)/.exec(rest)?.[1] ?? ''
      checkPadding(padding, limits.maxPaddingSize)
      if (/^--[ \t]*(?:\r\n|$)/.test(rest)) break
      rest = afterDelimiterLine(rest)
      if (parts.length === limits.maxParts) throw new UploadError('too-many-parts', { limit: limits.maxParts })
      const header = headerOf(rest, limits.maxPartHeaderSize)
      const head = parsePartHead(Buffer.from(header, 'latin1'), limits)
      rest = `\r\n${rest.slice(header.length + '\r\n\r\n'.length)}`
      const end = rest.indexOf(delimiter)
      const content = end === -1 ? withoutTail(rest, delimiter) : rest.slice(0, end)
      parts.push({ head, bytes: Buffer.from(content.slice('\r\n'.length), 'latin1'), isWhole: end !== -1 })
      if (end === -1) truncated()
      rest = rest.slice(end + delimiter.length)
    }
    checkPadding(rest.replace(/^--[ \t]*(?:\r\n)?/, ''), limits.maxPaddingSize)
  } catch (error) {
    // Every code: which one it is is part of the outcome.
    if (!isUploadError(error)) throw error
    refusal = { code: error.code, details: error.details }
  }
  return { parts, refusal }
}

function afterDelimiterLine(rest: string): string {
  const line = /^[ \t]*\r\n/.exec(rest)
  if (line !== null) return rest.slice(line[0].length)
  if (/^(?:-|(?:--)?[ \t]*\r?)$/.test(rest)) truncated()
  if (/^(?:--)?[ \t]*\r/.test(rest)) refuse('a CR comes without LF')
  if (/^(?:--)?[ \t]*\n/.test(rest)) refuse('a line ends in LF without CR')
  return refuse('a delimiter is followed by something else on its line')
}

function headerOf(rest: string, limit: number): string {
  if (rest.startsWith('\r')) refuse('a part has no header')
  // What stands after as many bytes as are allowed is never looked at.
  const allowed = rest.slice(0, limit)
  const end = allowed.indexOf('\r\n\r\n')
  const header = end === -1 ? allowed : allowed.slice(0, end)
  // With its end, or a CR just before that would pass for one whose LF is still to come.
  const seen = end === -1 ? allowed : allowed.slice(0, end + 4)
  const stray = /(?<!\r)\n|\r(?!\n|$)|[^\P{Cc}\t\r\n\u0080-\u009f]/u.exec(seen)?.[0]
  if (stray === '\n') refuse('a line ends in LF without CR')
  if (stray === '\r') refuse('a CR comes without LF')
  if (stray !== undefined) refuse('the header of a part has control characters')
  if (end === -1 && rest !== '' && rest.length >= limit) throw new UploadError('part-header-too-large', { limit })
  return end === -1 ? truncated() : header
}

function checkPadding(padding: string, limit: number): void {
  if (padding.length > limit) throw new UploadError('padding-too-large', { limit })
}

/** Without what may be the beginning of a delimiter. */
function withoutTail(content: string, delimiter: string): string {
  for (let size = delimiter.length - 1; size > 0; size -= 1) {
    if (content.endsWith(delimiter.slice(0, size))) return content.slice(0, -size)
  }
  return content
}

function refuse(reason: string): never {
  throw new UploadError('malformed-body', { reason })
}

function truncated(): never {
  throw new UploadError('truncated-body', { reason: 'the last delimiter is missing' })
}
