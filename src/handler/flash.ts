import type { Incoming } from '../http/incoming.ts'

const NAME = 'decant-flash'
/** Browsers drop cookies of more than 4 KiB; percent-encoding makes up to nine bytes of a character. */
const MAX_LENGTH = 400

/** A cookie that carries a message over a redirect: read once, by the server alone, and never by another site's request. */
export function flashCookie(message: string, { isSecure }: Pick<Incoming, 'isSecure'>): string {
  const text =
    message.length > MAX_LENGTH ? `${message.slice(0, MAX_LENGTH - 1).toWellFormed()}…` : message.toWellFormed()
  return toCookie(encodeURIComponent(text), 60, isSecure)
}

/** Takes the message off again. */
export function clearFlash({ isSecure }: Pick<Incoming, 'isSecure'>): string {
  return toCookie('', 0, isSecure)
}

/** What came by https is not to go out by plain http (RFC 6265 section 4.1.2.5). */
function toCookie(value: string, maxAge: number, isSecure: boolean): string {
  return `${NAME}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
}

/** The message that the request before this one left. Anybody can write a cookie: escape it. */
export function readFlash(incoming: Incoming): string | undefined {
  for (const pair of (incoming.header('cookie') ?? '').split(';')) {
    const [name, value = ''] = pair.trim().split('=', 2)
    if (name !== NAME || value === '') continue
    try {
      return decodeURIComponent(value)
    } catch {
      // URIError: a cookie that is not ours.
    }
  }
  return undefined
}
