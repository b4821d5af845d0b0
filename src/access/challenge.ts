/**
 * A WWW-Authenticate header that asks for a password or a token. Basic stands first: it makes a browser ask its user,
 * and some clients read only the first.
 *
 * @param realm the name that the sign-in dialog shows; printable ASCII, since browsers differ on the rest
 * @param refusedToken the client has shown an unknown token (RFC 6750 section 3.1)
 * @throws {TypeError} for a realm that a header cannot hold.
 */
export function challenge(realm: string, refusedToken: boolean): string {
  if (!/^[ -~]+$/.test(realm))
    throw new TypeError(`${JSON.stringify(realm)} is not a valid realm: use printable ASCII.`)
  const quoted = `realm="${realm.replaceAll(/["\\]/g, '\\$&')}"`
  const reason = refusedToken ? ', error="invalid_token"' : ''
  return `Basic ${quoted}, charset="UTF-8", Bearer ${quoted}${reason}`
}
