/** The number in a Content-Length (RFC 9110 section 8.6); `undefined` if it is not valid. */
export function parseContentLength(value: string): number | undefined {
  if (!/^[0-9]+$/.test(value)) return undefined
  const length = Number(value)
  return Number.isSafeInteger(length) ? length : undefined
}
