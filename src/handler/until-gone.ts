import { isThenable } from '../policy/is-thenable.ts'

/**
 * The result of a hook that need not be waited for when the client has gone.
 *
 * @throws the signal's reason if it aborts first. The hook's own failure is ignored then.
 */
export async function untilGone<Result>(work: Result | PromiseLike<Result>, signal: AbortSignal): Promise<Result> {
  if (!isThenable(work)) return work
  const gone = Promise.withResolvers<never>()
  const give = (): void => gone.reject(signal.reason)
  if (signal.aborted) give()
  else signal.addEventListener('abort', give, { once: true })
  try {
    // Also if the client has gone already: a failure that no promise takes would end the process.
    return await Promise.race([gone.promise, work])
  } finally {
    signal.removeEventListener('abort', give)
  }
}
