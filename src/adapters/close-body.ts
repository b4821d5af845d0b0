import type { Outgoing } from '../http/outgoing.ts'

/** Closes what a body reads from, where nobody is going to read it. */
export async function closeBody(body: Outgoing['body']): Promise<void> {
  if (typeof body === 'object' && Symbol.asyncIterator in body) await body[Symbol.asyncIterator]().return?.()
}
