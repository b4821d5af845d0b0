import type { Incoming } from './incoming.ts'

/** Tells whether the client has gone, until it is stopped. */
export interface ClientWatch {
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal
  stop(): void
}

/** A connection or a stream of Node. */
interface Closable {
  readonly destroyed?: boolean
  on(event: 'close', listener: () => void): unknown
  off(event: 'close', listener: () => void): unknown
}

/**
 * Watches the client of a request from now on, while the application works on it. The signal of a Node request only
 * tells whether its body breaks off. After that, only the connection shows that the client has gone. Connections
 * outlive requests, so stop the watch before the answer.
 */
export function watchClient({ native, signal }: Pick<Incoming, 'native' | 'signal'>): ClientWatch {
  const connection = connectionOf(native)
  if (connection === undefined) return { signal, stop: () => {} }
  const controller = new AbortController()
  const onClose = (): void => controller.abort(signal.reason ?? new Error('The client has gone.'))
  if (connection.destroyed === true) onClose()
  else connection.on('close', onClose)
  return {
    signal: AbortSignal.any([signal, controller.signal]),
    stop: () => connection.off('close', onClose),
  }
}

/** The stream of a request by HTTP/2, or the connection of one by HTTP/1. `undefined` for other kinds of request. */
function connectionOf(native: unknown): Closable | undefined {
  if (typeof native !== 'object' || native === null) return undefined
  for (const name of ['stream', 'socket']) {
    const value: unknown = Reflect.get(native, name)
    if (isClosable(value)) return value
  }
  return undefined
}

function isClosable(value: unknown): value is Closable {
  return typeof value === 'object' && value !== null && 'on' in value && 'off' in value && 'destroyed' in value
}
