import type { Incoming } from './incoming.ts'
import { toParameters } from './parameters.ts'

/** The values that proxies have written about a request. Each list goes from the client to the server. */
export interface ForwardedFields {
  readonly addresses: readonly string[]
  readonly hosts: readonly string[]
  readonly ports: readonly string[]
  readonly schemes: readonly string[]
}

/** The two kinds of headers in which proxies name the client and the host that it asked. */
export type ForwardedKind = 'forwarded' | 'x-forwarded'

/** @throws {TypeError} for any other value, which only JavaScript can pass. */
export function checkKind(kind: unknown): void {
  if (kind === undefined || kind === 'forwarded' || kind === 'x-forwarded') return
  throw new TypeError(`${JSON.stringify(kind)} is not a kind of headers. Write "forwarded" or "x-forwarded".`)
}

/**
 * The fields of one kind: Forwarded (RFC 7239), or X-Forwarded-For, -Host, -Port and -Proto. `undefined` if the request
 * has no header of this kind.
 */
export function forwardedFields(kind: ForwardedKind, header: Incoming['header']): ForwardedFields | undefined {
  return kind === 'forwarded' ? readForwarded(header('forwarded')) : readXForwarded(header)
}

/** The entries of a header that is a list. */
export function toList(value: string | undefined): string[] {
  return value?.split(',').map((text) => text.trim()) ?? []
}

function readXForwarded(header: Incoming['header']): ForwardedFields | undefined {
  const lists = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-proto'].map(header)
  if (lists.every((list) => list === undefined)) return undefined
  const [addresses = [], hosts = [], ports = [], schemes = []] = lists.map(toList)
  return { addresses, hosts, ports, schemes }
}

function readForwarded(text: string | undefined): ForwardedFields | undefined {
  if (text === undefined) return undefined
  const elements = toElements(text)
  const valuesOf = (name: string): string[] => elements.map((element) => element.get(name) ?? '')
  return { addresses: valuesOf('for'), hosts: valuesOf('host'), ports: [], schemes: valuesOf('proto') }
}

/**
 * The elements (RFC 7239 section 4). There are none if one is malformed: it could hide the beginning of the next one.
 */
function toElements(text: string): ReadonlyMap<string, string>[] {
  const elements: ReadonlyMap<string, string>[] = []
  for (const element of splitOutsideQuotes(text)) {
    const parameters = toParameters(`;${element}`)
    if (parameters === undefined) return []
    elements.push(parameters)
  }
  return elements
}

/** Splits at the commas outside quoted strings (RFC 9110 section 5.6.4). */
function splitOutsideQuotes(text: string): string[] {
  const elements = ['']
  let isQuoted = false
  let isEscaped = false
  for (const character of text) {
    if (character === ',' && !isQuoted) {
      elements.push('')
      continue
    }
    if (character === '"' && !isEscaped) isQuoted = !isQuoted
    isEscaped = isQuoted && character === '\\' && !isEscaped
    elements[elements.length - 1] += character
  }
  return elements
}
