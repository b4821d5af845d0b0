import { OPTION_KINDS } from '../../errors/option-kinds.ts'
import type { OptionKinds } from '../../errors/option-kinds.ts'
import { ADAPTER_KINDS } from '../adapter-options.ts'
import type { AdapterOptions } from '../adapter-options.ts'

/** Proxies, and the headers that they write. */
export interface TrustedProxies {
  /**
   * Addresses, ranges such as `10.0.0.0/8`, `loopback` and `private`. They tell the client's address, the host and port
   * of its request, and the scheme. X-Forwarded-Prefix is the path that they have stripped. A proxy must overwrite, or
   * add to, each of these headers that a client sends.
   */
  readonly proxies: readonly string[]
  /**
   * The headers that count: `x-forwarded` for X-Forwarded-For, -Host, -Port and -Proto, or `forwarded` for Forwarded
   * (RFC 7239). The other kind is ignored, since a client may have written it. Default: the kind that a request has,
   * and neither if it has both.
   */
  readonly header?: 'forwarded' | 'x-forwarded' | undefined
}

export const TRUSTED_PROXIES_KINDS: OptionKinds<TrustedProxies> = {
  proxies: OPTION_KINDS.own,
  header: OPTION_KINDS.own,
}

/** Options of the adapter to `node:http`. */
export interface NodeAdapterOptions extends AdapterOptions {
  /**
   * The proxies whose headers are believed, and the headers that they write. A list alone is for proxies that write one
   * kind of headers and remove the other: if a request has both, neither is believed. Default: no proxy is believed.
   */
  readonly trustProxy?: readonly string[] | TrustedProxies | undefined
  /** Called once, with a sentence, if a header of a trusted proxy is ignored. Default: `console.warn`. */
  readonly onWarning?: ((sentence: string) => void) | undefined
}

export const NODE_ADAPTER_KINDS: OptionKinds<NodeAdapterOptions> = {
  ...ADAPTER_KINDS,
  // `trustedProxies` checks it and reports its faults.
  trustProxy: OPTION_KINDS.own,
  onWarning: OPTION_KINDS.call,
}
