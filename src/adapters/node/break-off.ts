import type { AnyNodeResponse } from './node-exchange.ts'

/** Ends half an answer so that it cannot look whole: the connection is closed, or this stream alone in HTTP/2. */
export function breakOff(response: AnyNodeResponse): void {
  // Without an error the stream would end with NO_ERROR, as if all had been sent, and some clients do not look at it.
  if ('stream' in response) response.stream.destroy(new Error('The answer broke off'))
  else response.destroy()
}
