import { parse } from 'content-disposition'

/**
 * The filename of a request's Content-Disposition (RFC 6266), `filename*` first; `undefined` if it names none. Some
 * clients put UTF-8 straight into a header, which is understood too: HTTP hands us its bytes as Latin-1.
 */
export function dispositionFilename(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const name = parse(header).parameters['filename']
  if (name === undefined || name === '') return undefined
  // `filename*` itself names its charset.
  const plain = parse(header, { extended: false }).parameters['filename']
  return name === plain ? fromHeaderBytes(name) : name
}

function fromHeaderBytes(name: string): string {
  if (!/[\u0080-\u00ff]/.test(name)) return name
  const bytes = Uint8Array.from(name, (character) => character.charCodeAt(0))
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // ERR_ENCODING_INVALID_ENCODED_DATA: it is Latin-1.
    return name
  }
}
