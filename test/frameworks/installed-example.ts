import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { env, execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { expect } from 'vitest'
import { readExamplePage } from '../examples/example-page.ts'
import { npm } from '../npm.ts'

const root = join(import.meta.dirname, '..', '..')

/**
 * True if these tests run: they install and build whole frameworks, which takes the network and a minute. With CI=true
 * they always do.
 */
export const areFrameworksTested: boolean = env['CI'] === 'true' || env['FRAMEWORKS'] !== undefined

/** An example that was installed, built and started as its users would. */
export interface InstalledExample {
  readonly origin: string
  /** The folder in which it runs. */
  readonly folder: string
  /** The names of all files below `uploads`. */
  storedFiles(): Promise<string[]>
  /** Kills it, and starts it again in the same folder. Its origin is another one then. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** The arguments that a test adds to `npm start`, for a free port that other machines cannot reach. */
export interface StartOptions {
  readonly options?: string
  readonly variables?: Readonly<Record<string, string>>
}

/**
 * Copies `examples/{name}` to a folder of its own, and follows its page there, with the package as it would be
 * published. It installs the example, builds it or checks its types, and starts it.
 */
export async function installExample(
  name: string,
  { options = '', variables = {} }: StartOptions = {},
): Promise<InstalledExample> {
  const place = await mkdtemp(join(tmpdir(), `decant-${name}-`))
  const folder = join(place, name)
  const remove = async (): Promise<void> => await rm(place, { recursive: true, force: true })
  try {
    const { files, steps } = await readExamplePage(name)
    await cp(join(root, 'examples', name), folder, { recursive: true, filter: isSource })
    await npm(root, 'pack', '--ignore-scripts', '--pack-destination', place)
    await npm(folder, 'install', '--no-audit', '--no-fund')
    const { scripts }: { scripts: { build?: string; types?: string; start: string } } = JSON.parse(
      await readFile(join(folder, 'package.json'), 'utf8'),
    )
    const builds = scripts.build === undefined ? [] : ['npm run build']
    expect([files, steps]).toEqual([undefined, ['npm install', ...builds, 'npm start']])
    await run(folder, scripts.build ?? scripts.types ?? '')
    const start = async (): ReturnType<typeof startServer> =>
      await startServer(folder, `${scripts.start} ${options}`, variables)
    let server = await start()
    return {
      get origin() {
        return server.origin
      },
      folder,
      async storedFiles() {
        const entries = await readdir(join(folder, 'uploads'), { withFileTypes: true })
        return entries.filter((entry) => entry.isFile() && entry.name !== 'lease').map((entry) => entry.name)
      },
      async restart() {
        await end(server.child)
        server = await start()
      },
      async stop() {
        await end(server.child)
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Files that an earlier try has built or stored are not a part of it. */
function isSource(path: string): boolean {
  return !/[\\/](?:node_modules|uploads|build|\.next|\.svelte-kit|\.react-router)$/.test(path)
}

/** As npm runs a script from a terminal, not from within Vitest; without messages to others, and without colours. */
function environment(cwd: string): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([key]) => !/^(?:VITEST|NODE_|TEST$|DEV$|PROD$|MODE$|npm_)/.test(key))
  return {
    ...Object.fromEntries(own),
    PATH: [join(cwd, 'node_modules', '.bin'), dirname(execPath), env['PATH']].join(delimiter),
    HOST: '127.0.0.1',
    NO_COLOR: '1',
    NEXT_TELEMETRY_DISABLED: '1',
  }
}

async function run(cwd: string, script: string): Promise<void> {
  const child = spawn('sh', ['-c', `exec ${script}`], { cwd, env: environment(cwd), stdio: ['ignore', 'pipe', 'pipe'] })
  const output = collect(child)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${script} ended with ${code}:\n${output()}`)
}

async function startServer(
  cwd: string,
  script: string,
  variables: Readonly<Record<string, string>>,
): Promise<{ origin: string; child: ReturnType<typeof spawn> }> {
  const options = { cwd, env: { ...environment(cwd), ...variables } }
  const child = spawn('sh', ['-c', `exec ${script}`], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = collect(child)
  const found = Promise.withResolvers<string>()
  createInterface(child.stdout).on('line', (line) => {
    const [origin] = /http:\/\/(?:127\.0\.0\.1|localhost):[1-9]\d*/.exec(line) ?? []
    if (origin !== undefined) found.resolve(origin)
  })
  child.on('exit', (code) => found.reject(new Error(`${script} ended with ${code}:\n${output()}`)))
  return { origin: await found.promise, child }
}

function collect({ stdout, stderr }: ReturnType<typeof spawn>): () => string {
  const chunks: string[] = []
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
  }
  return () => chunks.join('')
}

async function end(child: ReturnType<typeof spawn>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}
