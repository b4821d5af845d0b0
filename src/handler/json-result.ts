import { tellValue } from '../errors/tell-value.ts'

/**
 * The result of a hook as it stands in a JSON answer. If JSON cannot hold it, the answer is without it, and `tell` gets
 * a `TypeError`. The hook has done its work, so the client must not be told of a failure.
 *
 * @param hook its name, for the error
 */
export function toJsonResult(hook: string, result: unknown, tell: (error: TypeError) => void): unknown {
  if (result === undefined) return undefined
  let cause: unknown
  try {
    const text: string | undefined = JSON.stringify(result)
    if (text !== undefined) return result
  } catch (error) {
    // A TypeError for a bigint and for a circle, or any error of a `toJSON`.
    cause = error
  }
  tell(
    new TypeError(`JSON cannot hold the result of "${hook}" (${tellValue(result)}), so no answer has it.`, { cause }),
  )
  return undefined
}
