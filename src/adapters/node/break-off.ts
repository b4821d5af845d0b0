import type { AnyNodeResponse } from './node-exchange.ts'

/** Ends half an answer so that nobody takes it for a whole one: the connection goes, or of HTTP/2 this stream alone. */
export function breakOff(response: AnyNodeResponse): void {
  // Without an error the stream would end as if all had been sent: NO_ERROR, which some clients do not look at.
  if ('stream' in response) response.stream.destroy(new Error('The answer broke off'))
  else response.destroy()
}
