/**
 * Waits for a time, or until the browser is online again.
 *
 * @throws the reason of the signal if it aborts.
 */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  const over = new AbortController()
  const listening = { signal: over.signal }
  const timer = await new Promise<ReturnType<typeof setTimeout>>((resolve) => {
    const finish = (): void => resolve(started)
    const started = setTimeout(finish, ms)
    globalThis.addEventListener('online', finish, listening)
    signal?.addEventListener('abort', finish, listening)
  })
  clearTimeout(timer)
  over.abort()
  signal?.throwIfAborted()
}
