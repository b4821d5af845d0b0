import type { Hono } from 'hono'
import type { RequestHandler } from '../handler.ts'

/** The facts about a request that are not in its URL. */
export interface SiteEnvironment {
  readonly Bindings: { readonly prefix: string }
}

/**
 * Lets a Hono app answer the other requests, through the same adapter. Its unread body is then thrown away as
 * everywhere, and its client gets the answer. The app does not get the body.
 */
export function fromHono(app: Hono<SiteEnvironment>): RequestHandler {
  return {
    async handle({ method, target, prefix }) {
      // The origin is made up: the host makes no difference to these answers.
      const url = `http://localhost${target}`
      // Origin-form only (RFC 9112 section 3.2.1), and methods that a Request can have.
      if (!target.startsWith('/') || !URL.canParse(url) || /^(?:CONNECT|TRACE|TRACK)$/i.test(method)) return undefined
      const response = await app.fetch(new Request(url, { method }), { prefix })
      const { status, headers } = response
      if (response.body === null) return { status, headers: Object.fromEntries(headers) }
      const body = new Uint8Array(await response.arrayBuffer())
      headers.set('content-length', String(body.byteLength))
      return { status, headers: Object.fromEntries(headers), body }
    },
  }
}
