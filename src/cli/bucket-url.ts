import { nearestWord } from '../errors/nearest-word.ts'
import { parseWord } from './parse-value.ts'

/** A bucket that keeps files, as its URL says. */
export interface BucketSettings {
  readonly kind: 'bucket'
  readonly bucket: string
  /** The beginning of all keys; absent: the whole bucket. */
  readonly prefix?: string
  /** The URL of the engine; absent: AWS, or the one of the environment. */
  readonly endpoint?: string
  /** Absent: the one of the environment. */
  readonly region?: string
  /** Whether clients get files through this server, or are redirected to the engine. */
  readonly downloads: 'server' | 'redirect'
  /** The URL of a CDN before the bucket, to which clients are redirected. */
  readonly publicUrl?: string
}

const PARAMETERS = ['endpoint', 'region', 'downloads', 'public-url'] as const

type Parameter = (typeof PARAMETERS)[number]

const EXPECTED = 'Write s3://BUCKET/PREFIX?endpoint=URL&region=NAME.'
const NO_SECRETS =
  'credentials do not belong in a URL, which others can read. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or ' +
  'AWS_PROFILE.'

const SECRET_PARAMETER = /key|secret|token|password|credential/i

/**
 * `s3://bucket/prefix?endpoint=https://s3.example&region=name&downloads=redirect&public-url=https://cdn.example`
 *
 * @throws {TypeError} for anything else. Its message never holds a value that could be a secret.
 */
export function parseBucketUrl(text: string): BucketSettings {
  const [address = ''] = text.split('?', 1)
  const [, afterScheme = ''] = /^[a-z\d]+:\/\/(.*)/is.exec(address) ?? []
  const [host = ''] = afterScheme.split('/', 1)
  if (/^[^:@]*:\d+$/.test(host)) throw new TypeError(`the address of the engine belongs in endpoint. ${EXPECTED}`)
  // Before the parser, which does not accept every secret: one with a slash would be a port and a path.
  if (/[:@]/.test(host)) throw new TypeError(NO_SECRETS)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 's3:' || url.hostname === '')
    throw new TypeError(`this is not the URL of a bucket. ${EXPECTED}`)
  if (url.hash !== '') throw new TypeError('"#" ends a URL. Write %23 if it is part of a name.')
  const values = readParameters(url.searchParams)
  const downloads = readDownloads(values)
  const prefix = toPrefix(url.pathname)
  const endpoint = parseHttpUrl('endpoint', values)
  const region = values.get('region')
  const publicUrl = parseHttpUrl('public-url', values)
  return {
    kind: 'bucket',
    bucket: url.hostname,
    ...(prefix !== '' && { prefix }),
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    downloads,
    ...(publicUrl !== undefined && { publicUrl }),
  }
}

/** `s3://bucket/prefix`, for messages. */
export function tellBucket({ bucket, prefix }: Pick<BucketSettings, 'bucket' | 'prefix'>): string {
  return prefix === undefined ? `s3://${bucket}` : `s3://${bucket}/${prefix}`
}

function readParameters(query: URLSearchParams): ReadonlyMap<Parameter, string> {
  const values = new Map<Parameter, string>()
  for (const [name, value] of query) {
    const known = PARAMETERS.find((each) => each === name)
    if (known === undefined) throw unknownParameter(name)
    if (values.has(known)) throw new TypeError(`${known} is given twice. Write it once.`)
    if (value === '') throw new TypeError(`${known} has no value. Write one, or leave it out.`)
    values.set(known, value)
  }
  return values
}

function unknownParameter(name: string): TypeError {
  if (SECRET_PARAMETER.test(name)) return new TypeError(NO_SECRETS)
  const nearest = nearestWord(name, PARAMETERS)
  const hint = nearest === undefined ? `There are ${PARAMETERS.join(', ')}.` : `Did you mean ${nearest}?`
  return new TypeError(`${JSON.stringify(name)} is not a parameter. ${hint}`)
}

/** A public URL is of use only for redirects. */
function readDownloads(values: ReadonlyMap<Parameter, string>): 'server' | 'redirect' {
  const isPublic = values.has('public-url')
  const text = values.get('downloads')
  if (text === undefined) return isPublic ? 'redirect' : 'server'
  const word = parseDownloads(text)
  if (!isPublic || word === 'redirect') return word
  throw new TypeError('downloads=server does not use public-url. Leave one of them out.')
}

function parseDownloads(text: string): 'server' | 'redirect' {
  try {
    return parseWord(text, 'server', 'redirect')
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new TypeError(`downloads: ${error.message}`, { cause: error })
  }
}

function toPrefix(pathname: string): string {
  try {
    return decodeURIComponent(pathname.replace(/^\/|\/$/g, ''))
  } catch (error) {
    // URIError: `%` without two hexadecimal digits.
    throw new TypeError('"%" begins an encoded character. Write %25 if it is part of a name.', { cause: error })
  }
}

function parseHttpUrl(name: Parameter, values: ReadonlyMap<Parameter, string>): string | undefined {
  const text = values.get(name)
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`${name} is not a URL of http or https. Write https://files.example.`)
  }
  if (url.username !== '' || url.password !== '') throw new TypeError(NO_SECRETS)
  if (url.search !== '' || url.hash !== '') throw new TypeError(`${name} must not have a query. Leave it out.`)
  return text.replace(/\/$/, '')
}
