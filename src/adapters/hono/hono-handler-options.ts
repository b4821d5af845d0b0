import type { AdapterOptions } from '../adapter-options.ts'
import type { HonoContext } from './hono-context.ts'

/** What the adapter to Hono can be told. What the handler throws goes to `app.onError`. */
export interface HonoHandlerOptions extends Omit<AdapterOptions, 'onError'> {
  /**
   * The client's IP address, such as `getConnInfo(c).remote.address`. Default: on Node that of the connection, elsewhere it is
   * not known, and `maxUploadsPerClient` counts nobody.
   */
  readonly clientAddress?: ((context: HonoContext) => string | undefined) | undefined
  /**
   * Which proxies are believed when they say who their client is, which host was asked and how, and which path they have
   * stripped: `trustedProxies(['loopback'])` of `decant/node`. Default: no proxy is believed.
   */
  readonly isTrustedProxy?: ((address: string) => boolean) | undefined
  /** Told once of a header of a trusted proxy that is ignored. Default: `console.warn`. */
  readonly onWarning?: ((sentence: string) => void) | undefined
}
