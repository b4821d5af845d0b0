/** The clock of a process. Tests have one that they set by hand. */
export interface Clock {
  /** Milliseconds since some moment, which never go back. A machine that sleeps may not count them. */
  monotonic(): number
  /** Milliseconds since 1970. They go back and forth as the clock is set. */
  wall(): number
  /** Calls `work` again and again, and does not keep the process alive. Returns a function that ends it. */
  every(intervalMs: number, work: () => unknown): () => void
}

/** The clock of the system. */
export const systemClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  every(intervalMs, work) {
    const timer = setInterval(work, intervalMs)
    timer.unref()
    return () => clearInterval(timer)
  },
}
