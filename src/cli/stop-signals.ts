/**
 * npm passes a Ctrl-C on to its child, which has already received it from the terminal. So two signals in a short time
 * count as one.
 */
const SAME_PRESS_MS = 1000

/** The exit codes that shells and service managers expect: 128 + 2 for Ctrl-C, and success for a stop on request. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 0 } as const

/**
 * Calls `stop` when the process is told to end, and again when it is told once more. The promise of the first call is
 * waited for.
 *
 * Resolves with the exit code.
 */
export async function untilStopped(stop: (again: boolean) => Promise<void>): Promise<number> {
  const stopped = Promise.withResolvers<number>()
  let firstAt: number | undefined
  for (const [signal, exitCode] of Object.entries(EXIT_CODES)) {
    process.on(signal, () => {
      const now = performance.now()
      if (firstAt !== undefined && now - firstAt < SAME_PRESS_MS) return
      const again = firstAt !== undefined
      firstAt ??= now
      stop(again).then(() => stopped.resolve(exitCode), stopped.reject)
    })
  }
  return stopped.promise
}
