import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

// Both servers know the secret.
const secret = process.env['SESSION_SECRET'] ?? randomBytes(32)

/**
 * A cookie for a new user. Browsers send it to every port of the host. If your two servers have different hosts of one
 * domain, add `Domain=example.com; Secure`.
 */
export function newSession(): string {
  const user = randomUUID()
  return `session=${user}.${sign(user)}; HttpOnly; SameSite=Lax; Path=/`
}

/** The id of the user whose cookie came with a request; `undefined` without one. */
export function userOf(request: IncomingMessage): string | undefined {
  const [, user = '', signature = ''] = /(?:^|; )session=([\w-]+)\.([\w-]+)/.exec(request.headers.cookie ?? '') ?? []
  const [given, wanted] = [Buffer.from(signature), Buffer.from(sign(user))]
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? user : undefined
}

function sign(user: string): string {
  return createHmac('sha256', secret).update(user).digest('base64url')
}
