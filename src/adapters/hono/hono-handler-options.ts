import { OPTION_KINDS } from '../../errors/option-kinds.ts'
import type { OptionKinds } from '../../errors/option-kinds.ts'
import { ADAPTER_KINDS } from '../adapter-options.ts'
import type { AdapterOptions } from '../adapter-options.ts'
import type { HonoContext } from './hono-context.ts'

/** Options of the adapter to Hono. Errors of the handler go to `app.onError`. */
export interface HonoHandlerOptions extends Omit<AdapterOptions, 'onError'> {
  /**
   * The client's IP address, such as `getConnInfo(c).remote.address`. Default: on Node that of the connection.
   * Elsewhere it is not known, and `maxUploadsPerClient` has no effect.
   */
  readonly clientAddress?: ((context: HonoContext) => string | undefined) | undefined
  /**
   * The proxies that are believed about the client's address, the host and scheme that it asked, and the path that they
   * have stripped. Use `trustedProxies(['loopback'])` of `decant/node`. Default: no proxy is believed.
   */
  readonly isTrustedProxy?: ((address: string) => boolean) | undefined
  /**
   * The headers that they write, as `header` of `trustProxy` in `decant/node`. Default: the kind that a request has.
   */
  readonly proxyHeader?: 'forwarded' | 'x-forwarded' | undefined
  /** Called once, with a sentence, if a header of a trusted proxy is ignored. Default: `console.warn`. */
  readonly onWarning?: ((sentence: string) => void) | undefined
}

export const HONO_HANDLER_KINDS: OptionKinds<HonoHandlerOptions> = {
  drainLimits: ADAPTER_KINDS.drainLimits,
  stallTimeoutMs: ADAPTER_KINDS.stallTimeoutMs,
  clientAddress: OPTION_KINDS.call,
  isTrustedProxy: OPTION_KINDS.call,
  proxyHeader: OPTION_KINDS.own,
  onWarning: OPTION_KINDS.call,
}
