import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A whole request of a client as it came over the wire, head and framing included; the `.json` beside a `.bin`. */
export interface WholeRequest {
  readonly client: string
  /** The reason why it was recorded. */
  readonly about: string
  readonly fields: readonly (readonly [string, string])[]
  /** The file that it uploads, if any. */
  readonly file?: { readonly key: string; readonly sha256: string }
}

/** Every request of this folder, by name, with its bytes. */
export function wholeRequests(): { readonly name: string; readonly request: WholeRequest; readonly bytes: Buffer }[] {
  const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.bin'))
  return names.toSorted().map((fileName) => {
    const name = fileName.slice(0, -'.bin'.length)
    const request: WholeRequest = JSON.parse(readFileSync(join(import.meta.dirname, `${name}.json`), 'utf8'))
    return { name, request, bytes: readFileSync(join(import.meta.dirname, fileName)) }
  })
}

/** The end of a request's head, at which its body begins. */
export function bodyStart(bytes: Buffer): number {
  return bytes.indexOf('\r\n\r\n') + 4
}

/** Whether the client waits for `100 Continue` before it sends the body. */
export function isExpecting(bytes: Buffer): boolean {
  return /^expect: 100-continue\r$/im.test(bytes.toString('latin1', 0, bodyStart(bytes)))
}
