/** Settles what a killed process has left, before the first request and once a minute. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return
  const { sweep } = await import('./app/files')
  await sweep()
  setInterval(() => void sweep().catch(console.error), 60_000).unref()
}
