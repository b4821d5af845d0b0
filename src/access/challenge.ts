/**
 * A WWW-Authenticate header that asks for a password or a token. Basic stands first: it is what a browser asks a person
 * for, and some clients look no further.
 *
 * @param realm what a person is asked to sign in to; printable ASCII, since browsers differ on the rest
 * @param refusedToken the client has shown a token that is not known (RFC 6750 section 3.1)
 * @throws {TypeError} for a realm that a header cannot hold.
 */
export function challenge(realm: string, refusedToken: boolean): string {
  if (!/^[ -~]+$/.test(realm)) throw new TypeError(`${JSON.stringify(realm)} is no realm: use printable ASCII.`)
  const quoted = `realm="${realm.replaceAll(/["\\]/g, '\\$&')}"`
  const reason = refusedToken ? ', error="invalid_token"' : ''
  return `Basic ${quoted}, charset="UTF-8", Bearer ${quoted}${reason}`
}
