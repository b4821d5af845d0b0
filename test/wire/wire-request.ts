import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The meaning of a part: the text of a field, or the name, type and bytes of a file. */
export interface WirePart {
  readonly name: string
  readonly filename?: string
  readonly contentType?: string
  /** A field's text, read by its charset. */
  readonly text?: string
  /** A file's bytes. */
  readonly base64?: string
}

/** The request of a client, as it came over the wire; the `.json` beside a `.bin`. */
export interface WireRequest {
  /** The client that sent it, and whether it was captured or written by hand after that client's format. */
  readonly client: string
  /** The fact that makes it interesting. */
  readonly about: string
  /** True if the request has an Origin header, as those of browsers do. */
  readonly fromBrowser?: boolean
  readonly contentType: string
  readonly parts: readonly WirePart[]
}

/** Every request of this folder, by name, with its body. */
export function wireRequests(): { readonly name: string; readonly request: WireRequest; readonly body: Uint8Array }[] {
  const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.bin'))
  return names.toSorted().map((fileName) => {
    const name = fileName.slice(0, -'.bin'.length)
    const request: WireRequest = JSON.parse(readFileSync(join(import.meta.dirname, `${name}.json`), 'utf8'))
    return { name, request, body: readFileSync(join(import.meta.dirname, fileName)) }
  })
}
