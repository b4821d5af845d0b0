import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execPath } from 'node:process'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '..', '..')
const run = promisify(execFile)

/** An example that its own `tsc` compiles before it runs, in a folder of its own. */
export interface CompiledExample extends AsyncDisposable {
  readonly path: string
}

/** Copies `examples/{name}`, and compiles it beside the packages of this clone that it depends on. */
export async function compileExample(name: string): Promise<CompiledExample> {
  const path = await mkdtemp(join(tmpdir(), `decant-compiled-${name}-`))
  for (const file of ['package.json', 'tsconfig.json', 'src']) {
    await cp(join(root, 'examples', name, file), join(path, file), { recursive: true })
  }
  const manifest: { dependencies: object; devDependencies: object } = JSON.parse(
    await readFile(join(path, 'package.json'), 'utf8'),
  )
  for (const dependency of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
    const link = join(path, 'node_modules', dependency)
    await mkdir(dirname(link), { recursive: true })
    await symlink(dependency === 'decant' ? root : join(root, 'node_modules', dependency), link)
  }
  await run(execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', path], { cwd: path })
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
