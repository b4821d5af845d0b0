import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execPath } from 'node:process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fakeFile } from '../../src/testing/fake-file.ts'
import { guideServer } from '../moving/guide-server.ts'
import type { GuideServer } from '../moving/guide-server.ts'
import { INSTALL_MS, npm } from '../npm.ts'
import { readGuidePrograms } from './guide-programs.ts'
import { installNodes, NODE_VERSIONS } from './node-versions.ts'
import type { InstalledNodes } from './node-versions.ts'
import { TRIALS } from './trials.ts'
import type { Trial } from './trials.ts'

// Each program of the README and of docs/ is copied into a file and run, as it stands, by the Node of a reader.

const root = join(import.meta.dirname, '..', '..')
const run = promisify(execFile)
/** Packages that programs import and this project does not. */
const PACKAGES = ['sharp@0.35.5']
const programs = await readGuidePrograms()

/** The environment of a reader, from which programs take their settings. */
const ENVIRONMENT = {
  FORM_SECRET: 'f'.repeat(32),
  ANN_SECRET: 'a'.repeat(32),
  SCANNER_SECRET: 's'.repeat(32),
  LINK_SECRET: 'l'.repeat(32),
  UPLOADS_DEFAULT_DEST: 'uploads',
}
const DATABASE = 'globalThis.db = { hasPictures: async () => true, query: async () => ({ rows: [] }) }\n'

/** The address that a program sends to, and a server of the reader for it. */
const TARGET_ORIGIN = 'http://127.0.0.1:3000'
const TARGET = `
import { createServer } from 'node:http'
import { IMAGES, uploadSet } from 'decant'
import { memoryStorage } from 'decant/memory'
import { uploadHandler } from 'decant/handler'
import { attach, nodeHandler } from 'decant/node'
const files = uploadSet('files', { storage: memoryStorage(), maxFileSize: 5_000_000 })
attach(createServer(nodeHandler(uploadHandler(files, { base: '/upload', listing: true })))).listen(3000)
`

const place = await mkdtemp(join(tmpdir(), 'decant-guides-'))
let nodes: InstalledNodes

beforeAll(async () => {
  const { devDependencies }: { devDependencies: object } = JSON.parse(
    await readFile(join(root, 'package.json'), 'utf8'),
  )
  await writeFile(join(place, 'package.json'), '{ "private": true, "type": "module" }')
  await npm(place, 'install', '--no-audit', '--no-fund', ...PACKAGES)
  for (const name of Object.keys(devDependencies)) {
    const link = join(place, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(root, 'node_modules', name), link)
  }
  await symlink(root, join(place, 'node_modules', 'decant'))
  nodes = await installNodes()
}, INSTALL_MS)

afterAll(async () => {
  await nodes[Symbol.asyncDispose]()
  await rm(place, { recursive: true, force: true })
})

describe.each(NODE_VERSIONS)('on %s', (version) => {
  // The moving guides tell users of CommonJS so. A top-level await in a room would end it.
  test('every entry of the package can be required', async () => {
    const { exports }: { exports: object } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    const entries = Object.keys(exports).map((entry) => join('decant', entry))
    const program = `for (const entry of ${JSON.stringify(entries)}) require(entry); process.exit(0)`
    const node = join(nodes.folderOf(version), 'node')
    await expect(run(node, ['--input-type=commonjs', '--eval', program], { cwd: place })).resolves.toBeDefined()
  })

  test.each(programs.map(({ title, code }) => [title, code] as const))(
    '%s runs as it stands',
    async (title, code) => {
      const folder = join(place, version, title.replaceAll(/\W+/g, '-'))
      await mkdir(join(folder, 'uploads'), { recursive: true })
      await writeFile(join(folder, 'cat.png'), await fakeFile('cat.png').bytes())
      await mkdir(join(folder, 'letters', '2026'), { recursive: true })
      await writeFile(join(folder, 'letters', '2026', 'may.pdf'), await fakeFile('may.pdf').bytes())
      await writeFile(join(folder, 'database.mjs'), DATABASE)
      await using target = code.includes(TARGET_ORIGIN) ? await guideServer(folder, TARGET) : undefined
      const program = target === undefined ? code : code.replaceAll(TARGET_ORIGIN, target.origin)
      const reader = { folder, node: join(nodes.folderOf(version), 'node'), target: target?.origin ?? '' }
      expect(await outcomeOf(title, program, reader)).toEqual(expectedOf(title))
    },
    120_000,
  )
})

interface Place {
  readonly folder: string
  readonly node: string
  /** The origin of the server that the program sends to; '' if there is none. */
  readonly target: string
}

/** The result of a trial if all is well. */
function expectedOf(title: string): unknown {
  const trial = TRIALS[title]
  if (trial?.kind === 'script') return trial.prints ?? 'it ended'
  return trial?.kind === 'tests' || trial?.kind === 'recipe' ? 'it ended' : trial?.status
}

async function outcomeOf(title: string, program: string, { folder, node, target }: Place): Promise<unknown> {
  const trial = TRIALS[title]
  if (trial === undefined) return 'no trial'
  if (trial.kind === 'server') {
    const { code, file } = await runnable(program, folder)
    await using server = await guideServer(folder, code, { node, file })
    const status = await postForm(server, trial.path, trial.fields, folder)
    if (trial.stops === true) expect(await server.stop()).toBe(0)
    return status
  }
  const file = join(folder, 'program.ts')
  await writeFile(file, program)
  const options = { cwd: folder, env: ENVIRONMENT, timeout: 100_000 }
  const { stdout } = await run(
    node,
    ['--no-warnings', '--import', './database.mjs', ...commandOf(trial, file, target)],
    options,
  )
  if (trial.kind === 'route') return Number(stdout.trim().split('\n').at(-1))
  return trial.kind === 'script' && trial.prints !== undefined ? stdout : 'it ended'
}

/** The arguments of Node that try a program in `file`. */
function commandOf(trial: Exclude<Trial, { kind: 'server' }>, file: string, target: string): string[] {
  switch (trial.kind) {
    case 'route':
      return [join(import.meta.dirname, 'call-route.mjs'), file, trial.method, JSON.stringify(trial.fields)]
    case 'recipe':
      return [join(import.meta.dirname, 'check-program.mjs'), file, trial.check, target]
    case 'tests':
      return ['--test', file]
    case 'script':
      return [file]
  }
}

/**
 * The program as Node takes it. A program with decorators is compiled by TypeScript, with the options of the example.
 */
async function runnable(program: string, folder: string): Promise<{ code: string; file: string }> {
  if (!program.includes('@Module(')) return { code: program, file: 'server.ts' }
  await cp(join(root, 'examples', 'nest', 'tsconfig.json'), join(folder, 'tsconfig.json'))
  await mkdir(join(folder, 'src'))
  await writeFile(join(folder, 'src', 'server.ts'), program)
  await run(execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder], { cwd: folder })
  return { code: await readFile(join(folder, 'dist', 'server.js'), 'utf8'), file: 'server.mjs' }
}

async function postForm(
  { origin }: GuideServer,
  path: string,
  fields: readonly (readonly [name: string, value: string])[],
  folder: string,
): Promise<number> {
  const body = new FormData()
  for (const [name, value] of fields) {
    const file = value === '@cat.png' ? new File([await readFile(join(folder, 'cat.png'))], 'cat.png') : undefined
    body.append(name, file ?? value)
  }
  const answer = await fetch(origin + path, { method: 'POST', body })
  await answer.arrayBuffer()
  return answer.status
}
