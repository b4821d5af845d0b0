import type { Outgoing } from '../http/outgoing.ts'

/** Closes the source of a body that will not be read. */
export async function closeBody(body: Outgoing['body']): Promise<void> {
  if (typeof body === 'object' && Symbol.asyncIterator in body) await body[Symbol.asyncIterator]().return?.()
}
