/** The messages of what an error was caused by, from the nearest on; for our own eyes, since they may hold paths. */
export function causesOf({ cause }: Error): string[] {
  return cause instanceof Error ? [cause.message, ...causesOf(cause)] : []
}
