import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { INSTALL_MS, npm } from './npm.ts'

// The package as users get it: the tarball of dist/, installed in an empty folder. `npm run test:system` builds dist/
// first.

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest: { exports: Record<string, unknown>; dependencies: Record<string, string>; engines: { node: string } } =
  JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
// `>=22` promises the very first of them.
const oldestNode = `${manifest.engines.node.replace('>=', '')}.0.0`
/**
 * Of itself, Node waits for ever at the end of one program in ten that loads many modules. It waits for a thread of
 * Maglev that waits for it (nodejs/node#54918, mended in later releases of 22).
 */
const WITHOUT_MAGLEV = '--no-maglev'
const run = promisify(execFile)

/** The packages that file-type needs, by the top folders in node_modules. */
const OF_FILE_TYPE = ['@borewit', '@tokenizer', 'debug', 'ieee754', 'ms', 'strtok3', 'token-types', 'uint8array-extras']

let folder = ''
let packed: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'decant-package-'))
  const { stdout } = await npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder)
  const report: unknown = JSON.parse(stdout)
  const { filename, files } = firstOf(report)
  packed = files.map(({ path }) => path)

  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  await npm(folder, 'install', '--no-audit', '--no-fund', `./${filename}`)
}, INSTALL_MS)

afterAll(async () => await rm(folder, { recursive: true, force: true }))

describe('the package', () => {
  test('holds the built files, the sources they map to, and no tests', () => {
    expect(packed).toEqual(
      expect.arrayContaining(['LICENSE', 'package.json', 'README.md', 'dist/index.js', 'src/index.ts']),
    )
    expect(packed.filter((path) => /\.test|fixtures|^(test|scripts|bench|examples)\//.test(path))).toEqual([])
  })

  test('brings the licences of what is bundled into it', () => {
    const licences = ['hono', 'noble-hashes', 'uqr'].map((name) => `dist/licenses/${name}.txt`)
    expect(packed).toEqual(expect.arrayContaining(licences))
  })

  test('brings its few dependencies and nothing else', async () => {
    const installed = (await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'))
    const own = Object.keys(manifest.dependencies).map((name) => name.replace(/\/.*/, ''))
    expect(installed.toSorted()).toEqual(['decant', ...own, ...OF_FILE_TYPE].toSorted())
  })

  test('hashes with what the runtime has: node:crypto, or else JavaScript that travels inside it', async () => {
    const script = `
      const { uploadSet } = await import('decant')
      const { memoryStorage } = await import('decant/memory')
      const set = uploadSet('test', { storage: memoryStorage(), digest: 'sha-256', content: 'trust' })
      const { digest } = await set.save(new TextEncoder().encode('abc'), { name: 'a.txt' })
      console.log(digest)`
    for (const conditions of [[], ['workerd'], ['edge-light'], ['browser']]) {
      const options = conditions.map((condition) => `--conditions=${condition}`)
      const { stdout } = await run(execPath, [...options, '--input-type=module', '--eval', script], { cwd: folder })
      expect(stdout.trim()).toBe('sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:')
    }

    const built = packed.filter((path) => /^dist\/.*\.js$/.test(path))
    const texts = await Promise.all(
      built.map(async (path) => await readFile(join(folder, 'node_modules', 'decant', path), 'utf8')),
    )
    expect(built.filter((_, index) => texts[index]?.includes('@noble/hashes'))).toEqual(['dist/digest-pure.js'])
    const pure = texts[built.indexOf('dist/digest-pure.js')] ?? ''
    expect(pure).toContain('Paul Miller')
    expect(/^import |^export .* from |\brequire\(|\bimport\(/m.exec(pure)?.[0]).toBeUndefined()
  })

  test('can be imported, every entry of it, on the Node it is developed with', async () => {
    await importEveryEntry(execPath)
  })

  test(
    'can be imported, every entry of it, and started on the oldest Node it supports',
    async () => {
      const place = await mkdtemp(join(folder, 'node-'))
      await writeFile(join(place, 'package.json'), '{ "private": true }')
      await npm(place, 'install', '--no-audit', '--no-fund', '--ignore-scripts=false', `node@${oldestNode}`)
      const node = join(place, 'node_modules', 'node', 'bin', 'node')

      const { stdout } = await run(node, ['--version'])
      expect(stdout.trim()).toBe(`v${oldestNode}`)
      await importEveryEntry(node, WITHOUT_MAGLEV)
      await startCommand(node, WITHOUT_MAGLEV)
    },
    INSTALL_MS,
  )

  test(
    'is enough to write a storage and two adapters that keep every promise of its contracts',
    async () => {
      const place = join(folder, 'outside')
      await cp(join(root, 'test', 'outside'), place, { recursive: true })
      await writeFile(join(place, 'package.json'), '{ "private": true, "type": "module" }')
      await mkdir(join(place, 'node_modules'))
      for (const name of ['@hono', '@types']) {
        await symlink(join(root, 'node_modules', name), join(place, 'node_modules', name))
      }

      const tsc = join(root, 'node_modules', 'typescript', 'lib', 'tsc.js')
      const options = ['--strict', '--noEmit', '--allowImportingTsExtensions', '--types', 'node']
      const modules = ['--module', 'nodenext', '--target', 'es2023', 'run-contracts.ts']
      const compiled = await run(execPath, [tsc, ...options, ...modules], { cwd: place }).catch(
        (error: unknown) => error,
      )
      expect(compiled).toEqual({ stdout: '', stderr: '' })

      const { stdout, stderr } = await run(execPath, ['run-contracts.ts'], { cwd: place })
      const kept = [...stdout.matchAll(/^(\w+) keeps (\d+) of (\d+) promises$/gm)]
      expect(kept.map(([, suite]) => suite)).toEqual(['storage', 'middleware', 'route'])
      for (const [line, , count, all] of kept) expect(count, `${line}\n${stderr}`).toBe(all)
    },
    INSTALL_MS,
  )

  test('tells a page the types of refusals, without those of Node', async () => {
    const place = join(folder, 'browser')
    await mkdir(place)
    await cp(join(root, 'test', 'outside', 'browser-page.ts'), join(place, 'page.ts'))
    const tsc = join(root, 'node_modules', 'typescript', 'lib', 'tsc.js')
    const options = ['--strict', '--noEmit', '--types', '', '--lib', 'es2024,esnext.disposable,dom']
    const modules = ['--module', 'esnext', '--moduleResolution', 'bundler', '--target', 'es2023', 'page.ts']
    const compiled = await run(execPath, [tsc, ...options, ...modules], { cwd: place }).catch((error: unknown) => error)
    expect(compiled).toEqual({ stdout: '', stderr: '' })
  })

  test('has a command that starts', async () => {
    await startCommand(execPath)
  })
})

async function importEveryEntry(node: string, ...options: string[]): Promise<void> {
  // `decant/s3` needs a package that a user installs beside this one.
  const left = new Set(['./package.json', './s3'])
  const names = Object.keys(manifest.exports).filter((name) => !left.has(name))
  const script = `for (const name of ${JSON.stringify(names.map((name) => name.replace('.', 'decant')))}) {
    const entry = await import(name)
    if (Object.keys(entry).length === 0) throw new Error(name + ' exports nothing')
    console.log(name)
  }`
  const { stdout } = await run(node, [...options, '--input-type=module', '--eval', script], { cwd: folder })
  expect(stdout.trim().split('\n')).toHaveLength(names.length)
}

async function startCommand(node: string, ...options: string[]): Promise<void> {
  const command = join(folder, 'node_modules', '.bin', 'decant')
  const { stdout } = await run(node, [...options, command, '--help'], { cwd: folder })
  expect(stdout).toContain('decant serve')
}

/**
 * npm's report on the one package it packed: in an array, or in an object by its name, as the version of npm has it.
 */
function firstOf(report: unknown): { filename: string; files: { path: string }[] } {
  if (typeof report !== 'object' || report === null) throw new TypeError('npm pack printed no report')
  const [first] = Object.values(report)
  return first
}
