/** The parts of an answer to a read. */
export interface Answer {
  readonly status: number
  /** Content-Range. */
  readonly range: string | undefined
  /** Content-Length, if the answer has bytes of the file, or would have for GET. */
  readonly length: string | undefined
  readonly bytes: Buffer
}

interface Read {
  readonly method: 'GET' | 'HEAD'
  readonly headers: Readonly<Record<string, string>>
}

interface ServedFile {
  readonly bytes: Buffer
  /** A strong entity tag, with its quotes. */
  readonly etag: string
  /** Seconds since 1970, long ago. */
  readonly written: number
}

/**
 * The answer to GET and HEAD by RFC 9110, step by step as sections 13.2.2 and 14.2 say it, without any thought of
 * speed. The RFC leaves some choices. Several ranges that do not merge into one are answered with the whole file, and
 * so is every range of an empty one.
 */
export function referenceAnswer({ method, headers }: Read, { bytes, etag, written }: ServedFile): Answer {
  const nothing = { range: undefined, length: undefined, bytes: Buffer.alloc(0) }
  const ifMatch = headers['if-match']
  const ifNoneMatch = headers['if-none-match']
  const unmodifiedSince = toSeconds(headers['if-unmodified-since'])
  const modifiedSince = toSeconds(headers['if-modified-since'])
  // Steps 1 and 2.
  if (ifMatch !== undefined) {
    if (ifMatch.trim() !== '*' && !tagsOf(ifMatch).includes(etag)) return { ...nothing, status: 412 }
  } else if (unmodifiedSince !== undefined && written > unmodifiedSince) {
    return { ...nothing, status: 412 }
  }
  // Steps 3 and 4.
  if (ifNoneMatch !== undefined) {
    const opaque = tagsOf(ifNoneMatch).map((tag) => tag.replace(/^W\//, ''))
    if (ifNoneMatch.trim() === '*' || opaque.includes(etag)) return { ...nothing, status: 304 }
  } else if (modifiedSince !== undefined && written <= modifiedSince) {
    return { ...nothing, status: 304 }
  }
  // Steps 5 and 6.
  const whole = { status: 200, range: undefined, length: String(bytes.length) }
  if (method === 'HEAD') return { ...whole, bytes: Buffer.alloc(0) }
  const ifRange = headers['if-range']
  const isSame = ifRange === undefined || ifRange === etag || toSeconds(ifRange) === written
  const wanted = isSame ? positionsOf(headers['range'], bytes.length) : undefined
  if (wanted === undefined) return { ...whole, bytes }
  if (wanted.size === 0) return { ...nothing, status: 416, range: `bytes */${bytes.length}` }
  const [first, last] = [Math.min(...wanted), Math.max(...wanted)]
  if (last - first + 1 !== wanted.size) return { ...whole, bytes }
  return {
    status: 206,
    range: `bytes ${first}-${last}/${bytes.length}`,
    length: String(wanted.size),
    bytes: Buffer.from(bytes.filter((_, position) => wanted.has(position))),
  }
}

/** The position of every requested byte; `undefined` if the header is to be ignored. */
function positionsOf(header: string | undefined, size: number): Set<number> | undefined {
  const set = /^bytes=(.*)$/i.exec(header ?? '')?.[1]
  const specs = set
    ?.split(',')
    .map((spec) => spec.replaceAll(/^[ \t]+|[ \t]+$/g, ''))
    .filter((spec) => spec !== '')
  if (specs === undefined || specs.length === 0 || size === 0) return undefined
  const positions = new Set<number>()
  for (const spec of specs) {
    const [, first = '', last = ''] = /^([0-9]*)-([0-9]*)$/.exec(spec) ?? []
    if (first === '' && last === '') return undefined
    if (first !== '' && last !== '' && BigInt(first) > BigInt(last)) return undefined
    for (let position = 0; position < size; position += 1) {
      const isIn =
        first === ''
          ? BigInt(position) >= BigInt(size) - BigInt(last)
          : BigInt(position) >= BigInt(first) && (last === '' || BigInt(position) <= BigInt(last))
      if (isIn) positions.add(position)
    }
  }
  return positions
}

/** The entity tags of a list, up to the place that breaks the grammar of section 8.8.3. */
function tagsOf(list: string): string[] {
  const tags: string[] = []
  let rest = list
  for (;;) {
    rest = rest.replace(/^[ \t,]+/, '')
    const tag = /^(?:W\/)?"[^"]*"/.exec(rest)?.[0]
    if (tag === undefined || /[\0-\x20\x7f]/.test(tag)) return tags
    rest = rest.slice(tag.length).replace(/^[ \t]+/, '')
    if (rest !== '' && !rest.startsWith(',')) return tags
    tags.push(tag)
  }
}

/** A date in one of the three forms of section 5.6.7, as JavaScript reads it, if the calendar has that day. */
function toSeconds(date: string | undefined): number | undefined {
  const form =
    /^(?:\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT|\w+day, \d\d-\w{3}-\d\d [\d:]{8} GMT|\w{3} \w{3} [ \d]\d [\d:]{8} \d{4})$/
  if (date === undefined || !form.test(date) || !/^[A-Z]/.test(date)) return undefined
  const text = date.replace(/^\w+, (\d\d)-(\w{3})-(\d\d)/, 'Sat, $1 $2 20$3').replace(/(\d{4})$/, '$1 GMT')
  const time = Date.parse(text)
  return Number.isNaN(time) || new Date(time).getUTCDate() !== Number(/\d\d?(?= )|(?<= )\d\d?/.exec(text)?.[0])
    ? undefined
    : time / 1000
}
