import { parseOrigin } from '../handler.ts'
import { trustedProxies } from '../node.ts'
import type { TrustedProxies } from '../node.ts'
import type { Arguments } from './arguments.ts'
import { CommandError } from './command-error.ts'
import type { Option } from './option.ts'
import { parseCredentials } from './parse-credentials.ts'
import type { CredentialList } from './parse-credentials.ts'
import { parseText, parseWord } from './parse-value.ts'

/** Credentials, and the proxies and origins that are trusted. */
export interface AccessSettings {
  /** The file with more credentials. */
  readonly file: string | undefined
  readonly credentials: CredentialList | undefined
  readonly trustProxy: TrustedProxies | undefined
  /** Pages of these origins may use the server. */
  readonly origins: readonly string[] | undefined
}

const AUTH: Option<string> = {
  flag: 'auth',
  value: 'FILE',
  about: 'file of passwords, in lines: "name:secret upload,list,fetch,delete"; "* fetch" is for all clients',
  parse: parseText,
}
const CREDENTIALS: Option<CredentialList> = {
  flag: 'credentials',
  value: 'LINES',
  secret: true,
  about: 'lines as in the file of --auth',
  parse: parseCredentials,
}
const TRUST_PROXY: Option<readonly string[]> = {
  flag: 'trust-proxy',
  value: 'LIST',
  about: 'addresses of proxies whose X-Forwarded or Forwarded headers count, such as loopback,10.0.0.0/8',
  parse: parseProxies,
}
const PROXY_HEADER: Option<'forwarded' | 'x-forwarded'> = {
  flag: 'proxy-header',
  value: 'x-forwarded|forwarded',
  about: 'the headers that these proxies write; default: the kind that a request has, or neither if it has both',
  parse: (text) => parseWord(text, 'x-forwarded', 'forwarded'),
}
const ORIGINS: Option<readonly string[]> = {
  flag: 'origins',
  value: 'LIST',
  about: 'origins of other sites whose pages may use this server, such as https://app.example,capacitor://localhost',
  parse: (text) => text.split(',').map((word) => parseOrigin(word.trim())),
}

/** The options of access, in the order of the help. */
export const ACCESS_OPTIONS: readonly Option<unknown>[] = [AUTH, CREDENTIALS, TRUST_PROXY, PROXY_HEADER, ORIGINS]

/** @throws {CommandError} for a value that its option does not allow, and for a header without proxies. */
export function readAccessSettings(given: Arguments): AccessSettings {
  return {
    file: given.read(AUTH),
    credentials: given.read(CREDENTIALS),
    trustProxy: readProxies(given),
    origins: given.read(ORIGINS),
  }
}

function readProxies(given: Arguments): TrustedProxies | undefined {
  const proxies = given.read(TRUST_PROXY)
  const header = given.read(PROXY_HEADER)
  if (proxies !== undefined) return { proxies, header }
  if (header === undefined) return undefined
  throw new CommandError(`${given.nameOf(PROXY_HEADER)} needs --trust-proxy with the proxies that write it`)
}

function parseProxies(text: string): readonly string[] {
  const list = text.split(',').map((word) => word.trim().toLowerCase())
  trustedProxies(list)
  return list
}
