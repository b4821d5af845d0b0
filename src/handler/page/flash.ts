import type { Incoming } from '../../http/incoming.ts'

const NAME = 'decant-flash'
/** Browsers drop cookies of more than 4 KiB; percent-encoding makes up to nine bytes of a character. */
const MAX_LENGTH = 400

/**
 * A cookie that carries a message over a redirect: read once, by the server alone, and never by another site's request.
 *
 * @param path the path of the page that shows it; other applications of the host do not get it
 */
export function flashCookie(message: string, path: string, { isSecure }: Pick<Incoming, 'isSecure'>): string {
  const text =
    message.length > MAX_LENGTH ? `${message.slice(0, MAX_LENGTH - 1).toWellFormed()}…` : message.toWellFormed()
  return toCookie(encodeURIComponent(text), path, 60, isSecure)
}

/** Deletes the message. */
export function clearFlash(path: string, { isSecure }: Pick<Incoming, 'isSecure'>): string {
  return toCookie('', path, 0, isSecure)
}

/** A message that came by https must not be sent by plain http (RFC 6265 section 4.1.2.5). */
function toCookie(value: string, path: string, maxAge: number, isSecure: boolean): string {
  // A semicolon would end the attribute, and a cookie's path knows no escapes (RFC 6265 section 5.1.4).
  const place = path.includes(';') ? '/' : path
  const secure = isSecure ? '; Secure' : ''
  return `${NAME}=${value}; Path=${place}; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`
}

/** The message that the request before this one left. Any client can make up a cookie, so escape it. */
export function readFlash(incoming: Incoming): string | undefined {
  for (const pair of (incoming.header('cookie') ?? '').split(';')) {
    const [name, value = ''] = pair.trim().split('=', 2)
    if (name !== NAME || value === '') continue
    try {
      return decodeURIComponent(value)
    } catch {
      // URIError: another program has written this cookie.
    }
  }
  return undefined
}
