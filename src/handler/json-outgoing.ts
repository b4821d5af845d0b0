import type { Incoming } from '../http/incoming.ts'
import type { Outgoing } from '../http/outgoing.ts'
import { textOutgoing } from '../http/text-outgoing.ts'

/** The answer to a program. */
export function jsonOutgoing(
  { method }: Incoming,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Outgoing {
  return textOutgoing({ status, type: 'application/json', text: JSON.stringify(value), method, headers })
}
