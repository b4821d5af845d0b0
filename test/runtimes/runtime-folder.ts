import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { npm } from '../npm.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** Programs that npm has to run once to install them. */
const ALLOW_SCRIPTS = { bun: true, deno: true, esbuild: true, node: true, workerd: true }

/** A folder with the package as a user gets it, packages beside it, and the programs of the matrix. */
export class RuntimeFolder implements AsyncDisposable {
  readonly path: string

  /** `packages` as npm takes them, with their versions. */
  static async create(packages: readonly string[]): Promise<RuntimeFolder> {
    const path = await mkdtemp(join(tmpdir(), 'decant-runtimes-'))
    await writeFile(
      join(path, 'package.json'),
      JSON.stringify({ private: true, type: 'module', allowScripts: ALLOW_SCRIPTS }),
    )
    const { stdout } = await npm(ROOT, 'pack', '--silent', '--ignore-scripts', '--pack-destination', path)
    const tarball = stdout.trim().split('\n').at(-1) ?? ''
    await npm(path, 'install', '--no-audit', '--no-fund', '--ignore-scripts=false', join(path, tarball), ...packages)
    await cp(join(import.meta.dirname, 'program'), join(path, 'program'), { recursive: true })
    return new RuntimeFolder(path)
  }

  private constructor(path: string) {
    this.path = path
  }

  /** A program below `node_modules`. */
  program(name: string): string {
    return join(this.path, 'node_modules', name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }
}
