import { isPromiseLike } from '../errors/is-promise-like.ts'

/**
 * The result of a hook that need not be waited for when the client has gone.
 *
 * @throws the signal's reason if it aborts first. The hook's own failure is ignored then.
 */
export async function untilGone<Result>(work: Result | PromiseLike<Result>, signal: AbortSignal): Promise<Result> {
  if (!isPromiseLike(work)) return work
  signal.throwIfAborted()
  const gone = Promise.withResolvers<never>()
  const give = (): void => gone.reject(signal.reason)
  signal.addEventListener('abort', give, { once: true })
  try {
    return await Promise.race([work, gone.promise])
  } finally {
    signal.removeEventListener('abort', give)
  }
}
