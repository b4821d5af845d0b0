import type { Hono } from 'hono'
import type { RequestHandler } from '../handler.ts'

/** The facts about a request that its URL does not tell. */
export interface SiteEnvironment {
  readonly Bindings: { readonly prefix: string }
}

/**
 * Lets a Hono app answer what the uploads do not, through the same adapter: a body that nobody asked for is then read
 * and thrown away as everywhere, and its client gets the answer. The app is not given the body.
 */
export function fromHono(app: Hono<SiteEnvironment>): RequestHandler {
  return {
    async handle({ method, target, prefix }) {
      // The origin is made up: which host was asked makes no difference to what is served here.
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
