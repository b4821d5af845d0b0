/** Reports only the first warning of an adapter to the operator, since every request would repeat it. */
export function warnOnce(warn: ((sentence: string) => void) | undefined): (sentence: string) => void {
  let isTold = false
  return (sentence) => {
    if (isTold) return
    isTold = true
    if (warn !== undefined) warn(sentence)
    // oxlint-disable-next-line no-console -- Every runtime has one, and its operator looks there.
    else console.warn(`decant: ${sentence}`)
  }
}
