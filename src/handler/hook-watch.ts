import { isThenable } from '../policy/is-thenable.ts'

/** Milliseconds after which the application is told of a hook that has not ended. */
const SLOW_MS = 60_000

/**
 * The result of a hook that is waited for, however long it takes, because it may have written to a database. If it
 * takes more than a minute, `tell` gets a `TypeError` that names it, once.
 */
export async function watched<Result>(
  name: string,
  run: () => Result | PromiseLike<Result>,
  tell: (error: TypeError) => void,
): Promise<Result> {
  const work = run()
  if (!isThenable(work)) return work
  const timer = setTimeout(() => {
    tell(new TypeError(`The hook "${name}" has not ended for ${SLOW_MS / 1000} seconds. Its request waits for it.`))
  }, SLOW_MS)
  try {
    return await work
  } finally {
    clearTimeout(timer)
  }
}
