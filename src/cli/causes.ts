/** The messages of the causes of an error, the nearest first. Only for the operator, since they may hold paths. */
export function causesOf({ cause }: Error): string[] {
  return cause instanceof Error ? [cause.message, ...causesOf(cause)] : []
}
