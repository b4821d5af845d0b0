import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/** A file that belongs to the page itself, whole in memory: there are three of them, of some kilobytes. */
interface Asset {
  /** The path under which it is served. It changes with the content, so that a browser may keep it for ever. */
  readonly url: string
  readonly type: string
  readonly content: Buffer<ArrayBuffer>
}

/** The files that the page needs beside its HTML. */
export interface Assets {
  readonly script: Asset
  readonly style: Asset
  readonly icon: Asset
}

/**
 * Reads the built files of the page.
 *
 * @param folder the folder of `client.js`, `client.css` and `icon.svg`, with a trailing slash
 * @throws the system's error if one is missing: the project is not built.
 */
export async function readAssets(folder: URL): Promise<Assets> {
  const [script, style, icon] = await Promise.all([
    readAsset(folder, 'client.js', 'text/javascript; charset=utf-8'),
    readAsset(folder, 'client.css', 'text/css; charset=utf-8'),
    readAsset(folder, 'icon.svg', 'image/svg+xml'),
  ])
  return { script, style, icon }
}

async function readAsset(folder: URL, name: string, type: string): Promise<Asset> {
  const content = await readFile(new URL(name, folder))
  const version = createHash('sha256').update(content).digest('base64url').slice(0, 12)
  return { url: `/assets/${version}/${name}`, type, content }
}
