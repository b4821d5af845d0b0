/** Milliseconds for a promise that is neither kept nor broken, such as an answer that stays away. */
const PATIENCE_MS = 15_000

/** Runs the cases one after the other, and tells of each how it ended. */
export async function runCases(cases, tell) {
  for (const { name, run } of cases) {
    const late = Promise.withResolvers()
    const timer = setTimeout(() => late.reject(new Error('It is neither kept nor broken.')), PATIENCE_MS)
    try {
      await Promise.race([run(), late.promise])
      tell({ name, passed: true })
    } catch (error) {
      // Any error of a broken promise.
      tell({ name, passed: false, reason: String(error?.message ?? error).slice(0, 500) })
    } finally {
      clearTimeout(timer)
    }
  }
}
