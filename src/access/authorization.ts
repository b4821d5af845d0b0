/** The credential that a client shows. */
export type Authorization =
  | { readonly scheme: 'basic'; readonly name: string; readonly secret: string }
  | { readonly scheme: 'bearer'; readonly secret: string }

/**
 * Reads an Authorization header (RFC 9110 section 11.6.2): Basic with UTF-8 (RFC 7617) or Bearer (RFC 6750).
 * `undefined` for any other scheme and for whatever is malformed.
 */
export function toAuthorization(header: string): Authorization | undefined {
  const [, scheme = '', shown] = /^[ \t]*([A-Za-z]+) +([!-~]+)[ \t]*$/.exec(header) ?? []
  if (shown === undefined) return undefined
  switch (scheme.toLowerCase()) {
    case 'basic':
      return toBasic(shown)
    case 'bearer':
      return { scheme: 'bearer', secret: shown }
    default:
      return undefined
  }
}

/** The name ends at the first colon; the password may have more of them (RFC 7617 section 2). */
function toBasic(shown: string): Authorization | undefined {
  const text = decode(shown)
  const colon = text?.indexOf(':') ?? -1
  if (text === undefined || colon === -1) return undefined
  return { scheme: 'basic', name: text.slice(0, colon), secret: text.slice(colon + 1) }
}

function decode(base64: string): string | undefined {
  // `atob` is more forgiving than RFC 4648 section 3 wants. If one credential could be read in two ways, only an
  // attacker would gain.
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(base64)) return undefined
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    // TypeError: bytes that are not UTF-8.
    return undefined
  }
}
