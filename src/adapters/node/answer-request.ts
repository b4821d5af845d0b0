import { checkOptions } from '../../errors/check-options.ts'
import { UploadError } from '../../errors/upload-error.ts'
import { discardBody } from '../../http/discard-body.ts'
import { behindProxy } from '../../http/forwarded.ts'
import { checkKind } from '../../http/forwarded-fields.ts'
import type { Incoming, MountedPath } from '../../http/incoming.ts'
import { fromNodeRequest } from '../../http/node-request.ts'
import type { MountedHandler } from '../../http/outgoing.ts'
import { handleInTurn } from '../handle-in-turn.ts'
import { warnOnce } from '../warn-once.ts'
import { TRUSTED_PROXIES_KINDS } from './node-adapter-options.ts'
import type { NodeAdapterOptions, TrustedProxies } from './node-adapter-options.ts'
import type { AnyNodeRequest, AnyNodeResponse } from './node-exchange.ts'
import { trustedProxies } from './trusted-proxies.ts'
import { writeOutgoing } from './write-outgoing.ts'

/** Makes an `Incoming` of a request whose response is at hand. */
export type ToIncoming = (request: AnyNodeRequest, response: AnyNodeResponse, place?: MountedPath) => Incoming

/**
 * Returns a function that makes an `Incoming` of each request of Node, by the options of the adapter.
 *
 * @throws {TypeError} for a `trustProxy` that is not valid.
 */
export function toIncomingBy({ trustProxy, drainLimits, onWarning }: NodeAdapterOptions): ToIncoming {
  const { proxies, header } = toTrustedProxies(trustProxy)
  const trust = { isTrusted: trustedProxies(proxies), header, onWarning: warnOnce(onWarning) }
  // If no proxy is believed, no address needs to be looked up.
  const hasProxies = proxies.length > 0
  return (request, response, place) => {
    const signal = goneSignal(response)
    const incoming = fromNodeRequest(request, { fullDuplex: true, signal, drainLimits, place })
    return hasProxies ? behindProxy(incoming, trust) : incoming
  }
}

/**
 * Answers by a handler. Resolves to false if the handler leaves the request alone, and rejects with any error of the
 * handler. No answer is sent then.
 */
export async function answerRequest(
  handler: MountedHandler,
  incoming: Incoming,
  response: AnyNodeResponse,
  { stallTimeoutMs }: NodeAdapterOptions,
): Promise<boolean> {
  try {
    const outgoing = await handleInTurn(handler, incoming)
    if (outgoing === undefined) return false
    await writeOutgoing(response, outgoing, incoming, stallTimeoutMs)
    return true
  } catch (error) {
    // Any error: the code that answers it may not know that a client is still sending.
    await discardBody(incoming)
    throw error
  }
}

/** Aborts when the connection, or the stream of HTTP/2, closes before the answer is out. */
function goneSignal(response: AnyNodeResponse): AbortSignal {
  const controller = new AbortController()
  response.on('close', () => {
    // HTTP/2 counts a stream that its client has reset as finished, too.
    const isOut = 'stream' in response ? response.writableEnded : response.writableFinished
    if (!isOut) controller.abort(new UploadError('truncated-body', {}))
  })
  return controller.signal
}

function toTrustedProxies(trustProxy: NodeAdapterOptions['trustProxy'] = []): TrustedProxies {
  if (!isList(trustProxy)) checkOptions('trustProxy', trustProxy, TRUSTED_PROXIES_KINDS)
  const { proxies, header }: TrustedProxies = isList(trustProxy) ? { proxies: trustProxy } : trustProxy
  checkKind(header)
  return { proxies, header }
}

function isList(trustProxy: readonly string[] | TrustedProxies): trustProxy is readonly string[] {
  // A program without types may write text or `true`, which `trustedProxies` refuses with a sentence.
  return Array.isArray(trustProxy) || typeof trustProxy !== 'object'
}
