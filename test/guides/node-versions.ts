import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { npm } from '../npm.ts'
import { RUNTIMES } from '../runtimes/runtime-list.ts'

/**
 * The versions of Node that a guide has to run on: the oldest that Decant supports, and the one that most servers have.
 */
export const NODE_VERSIONS = ['Node 22', 'Node 24'] as const

type NodeVersion = (typeof NODE_VERSIONS)[number]

/** The programs of `NODE_VERSIONS`, as npm installs them. */
export interface InstalledNodes extends AsyncDisposable {
  /** The folder that holds the program `node` of a version. */
  folderOf(version: NodeVersion): string
}

export async function installNodes(): Promise<InstalledNodes> {
  const place = await mkdtemp(join(tmpdir(), 'decant-nodes-'))
  await writeFile(join(place, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }))
  const runtimes = NODE_VERSIONS.map((name) => RUNTIMES.find((runtime) => runtime.name === name))
  const packages = runtimes.flatMap((runtime) => (runtime ? [`${runtime.package}@${runtime.version}`] : []))
  await npm(place, 'install', '--no-audit', '--no-fund', '--ignore-scripts=false', ...packages)
  return {
    folderOf: (version) => join(place, 'node_modules', version.replace('Node ', 'node'), 'bin'),
    [Symbol.asyncDispose]: async () => await rm(place, { recursive: true, force: true }),
  }
}
