import { execFile, spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { env } from 'node:process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fakeFile } from '../../src/testing/fake-file.ts'
import { areFrameworksTested } from '../frameworks/installed-example.ts'
import { installNodes, NODE_VERSIONS } from '../guides/node-versions.ts'
import type { InstalledNodes } from '../guides/node-versions.ts'
import { INSTALL_MS, npm } from '../npm.ts'
import { readExamplePage } from './example-page.ts'
import type { ExamplePage } from './example-page.ts'

// Each example is tried with its page and an empty folder: the page says what to copy, to install, to run and to send.
// The packages of all are installed once, with decant as npm packs it. No example gets one that its page does not name.
// Those that bring a framework or a runtime of their own are tried in the same way in test/frameworks and
// test/runtimes.

const NAMES = [
  'express',
  'fastify',
  'flask-pattern',
  'form-with-database',
  'hono',
  'koa',
  'nest',
  'other-origin',
  'typed-form',
]
const root = join(import.meta.dirname, '..', '..')
const run = promisify(execFile)

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}
const manifestIn = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))

describe.runIf(areFrameworksTested)('from nothing, by its page alone,', () => {
  let place = ''
  let nodes: InstalledNodes

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'decant-from-nothing-'))
    await npm(root, 'pack', '--ignore-scripts', '--pack-destination', place)
    const tarball = (await readdir(place)).find((file) => file.endsWith('.tgz')) ?? ''
    const { devDependencies } = await manifestIn(root)
    const packages = new Map<string, string>()
    for (const page of await Promise.all(NAMES.map(readExamplePage))) {
      for (const [name, version = devDependencies[name]] of await packagesOf(page)) {
        packages.set(name, name === 'decant' ? `./${tarball}` : `${name}@${version}`)
      }
    }
    await npm(place, 'init', '--yes', '--init-type=module')
    await npm(place, 'install', '--no-audit', '--no-fund', ...packages.values())
    nodes = await installNodes()
    await writeFile(join(place, 'cat.png'), await fakeFile('cat.png').bytes())
    await writeFile(join(place, 'film.mkv'), await fakeFile('film.mkv').bytes())
  }, INSTALL_MS)

  afterAll(async () => {
    await nodes[Symbol.asyncDispose]()
    await rm(place, { recursive: true, force: true })
  })

  const tries = NAMES.flatMap((name) => NODE_VERSIONS.map((version) => [name, version] as const))
  test.each(tries)('%s runs on %s, and does what the page says', async (name, version) => {
    const page = await readExamplePage(name)
    const folder = join(place, `${name}-${version}`)
    await mkdir(folder)
    if (page.files === undefined) await cp(page.folder, folder, { recursive: true, filter: isSource })
    for (const file of page.files ?? []) await cp(join(page.folder, file), join(folder, file))
    const allowed = [...(await packagesOf(page)).keys()]
    const imports = await importsIn(folder)
    expect(imports).toContain('decant')
    expect(imports.filter((each) => !allowed.includes(each))).toEqual([])

    let app: ChildProcessByStdio<null, Readable, Readable> | undefined
    for (const step of page.steps) {
      const script = await scriptOf(step, folder)
      if (script === undefined) continue
      if (step !== page.steps.at(-1)) await run('sh', ['-c', script], shell(folder, nodes.folderOf(version)))
      else
        app = spawn('sh', ['-c', `exec ${script}`], {
          ...shell(folder, nodes.folderOf(version)),
          stdio: ['ignore', 'pipe', 'pipe'],
        })
    }
    if (app === undefined) throw new Error('The page does not say how it is started.')
    const warnings = app.stderr.setEncoding('utf8').toArray()
    const exit = once(app, 'exit')
    try {
      const ended = exit.then(async () => Promise.reject(new Error((await warnings).join(''))))
      const [line] = await Promise.race([once(createInterface(app.stdout), 'line'), ended])
      for (const { command, fields, path, status } of page.requests) {
        const body = new FormData()
        for (const [field, value] of fields) {
          const content = value.startsWith('@') ? await readFile(join(place, value.slice(1))) : undefined
          body.append(field, content === undefined ? value : new File([content], value.slice(1)))
        }
        const answer = await fetch(new URL(path, line), { method: 'POST', body, redirect: 'manual' })
        const wanted = status === undefined ? answer.status < 400 : answer.status === status
        expect(wanted, `${command}: ${answer.status} ${await answer.text()}`).toBe(true)
      }
      expect((await fetch(line)).status).toBe(200)
    } finally {
      app.kill()
      await exit
    }
    // Node says of its own SQLite that it may still change.
    const told = (await warnings).join('').split('\n')
    expect(told.filter((each) => !/^$|SQLite is an experimental|--trace-warnings/.test(each))).toEqual([])
  })

  test('and there is no example that is tried nowhere', async () => {
    const elsewhere = ['bun', 'deno', 'next', 'react-router', 'sveltekit', 'users-express', 'users-next', 'workers']
    const entries = await readdir(join(root, 'examples'), { withFileTypes: true })
    const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
    expect(folders.toSorted()).toEqual([...NAMES, ...elsewhere].toSorted())
  })
})

/** The programs that a step runs in a folder with all packages. */
async function scriptOf(step: string, folder: string): Promise<string | undefined> {
  if (step.startsWith('npm init ') || step.startsWith('npm install')) return undefined
  const [, name] = /^npm (?:run )?(build|start)$/.exec(step) ?? []
  if (name !== undefined) return (await manifestIn(folder)).scripts[name]
  if (step === 'node app.ts') return step
  throw new TypeError(`This step is not tried: ${step}`)
}

/** The packages that a page, or its package.json, installs, and their versions if it names them. */
async function packagesOf({ folder, files, steps }: ExamplePage): Promise<ReadonlyMap<string, string | undefined>> {
  if (files === undefined) {
    const { dependencies, devDependencies } = await manifestIn(folder)
    return new Map(Object.entries({ ...dependencies, ...devDependencies }))
  }
  const [, names = ''] = steps.map((step) => /^npm install (.+)$/.exec(step)).find((found) => found !== null) ?? []
  return new Map(names.split(' ').map((name) => [isPackageFile(name) ? 'decant' : name, undefined]))
}

/** True for what a page installs until Decant is on npm: the package that a reader has made in a clone. */
function isPackageFile(name: string): boolean {
  return /^\.\.\/decant-.*\.tgz$/.test(name)
}

/** The packages that its files import. */
async function importsIn(folder: string): Promise<string[]> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'))
  const texts = await Promise.all(files.map(async (file) => await readFile(join(folder, file), 'utf8')))
  return texts.flatMap((text) =>
    [...text.matchAll(/^(?:import|export) (?:[^']* from )?'((?:@[\w-]+\/)?[a-z][\w-]*)(?:\/[^']*)?'/gm)].map(
      ([, name = '']) => name,
    ),
  )
}

function shell(cwd: string, node: string): { cwd: string; env: NodeJS.ProcessEnv } {
  const own = Object.entries(env).filter(([key]) => !/^(?:VITEST|NODE_|TEST$|DEV$|PROD$|MODE$|npm_)/.test(key))
  const path = [join(dirname(cwd), 'node_modules', '.bin'), node, env['PATH']].join(delimiter)
  return { cwd, env: { ...Object.fromEntries(own), PATH: path, PORT: '0', NO_COLOR: '1' } }
}

/** Leftovers of an earlier try are not a part of it. */
function isSource(path: string): boolean {
  return !/[\\/](?:node_modules|uploads|dist)$/.test(path)
}
