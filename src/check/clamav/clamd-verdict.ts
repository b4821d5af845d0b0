/** The verdict of clamd on a stream. */
export type ClamdVerdict =
  | { readonly kind: 'clean' }
  | { readonly kind: 'infected'; readonly signature: string }
  | { readonly kind: 'too-large' }

/**
 * Reads an answer to `zINSTREAM`, its closing NUL included; `undefined` for any other text. Only the one exact sentence
 * means clean. An answer that was cut short, or that more text follows, does not.
 */
export function parseVerdict(answer: string): ClamdVerdict | undefined {
  if (answer === 'stream: OK\0') return { kind: 'clean' }
  if (answer === 'INSTREAM size limit exceeded. ERROR\0') return { kind: 'too-large' }
  const signature = /^stream: ([!-~](?:[ -~]*[!-~])?) FOUND\0$/.exec(answer)?.[1]
  return signature === undefined ? undefined : { kind: 'infected', signature }
}
