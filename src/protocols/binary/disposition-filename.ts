import { parse } from 'content-disposition'

/**
 * The filename of a request's Content-Disposition (RFC 6266), `filename*` first; `undefined` where it names none. Clients
 * that put UTF-8 straight into a header are understood too: HTTP hands us its bytes as Latin-1.
 */
export function dispositionFilename(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const name = parse(header).parameters['filename']
  if (name === undefined || name === '') return undefined
  // By `filename*` it says itself which characters it has.
  const plain = parse(header, { extended: false }).parameters['filename']
  return name === plain ? fromHeaderBytes(name) : name
}

function fromHeaderBytes(name: string): string {
  if (!/[\u0080-\u00ff]/.test(name)) return name
  const bytes = Uint8Array.from(name, (character) => character.charCodeAt(0))
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // ERR_ENCODING_INVALID_ENCODED_DATA: Latin-1 after all.
    return name
  }
}
