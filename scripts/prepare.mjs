// Makes a fresh clone ready to run: dependencies (with the Node that the project is developed on) and dist/.
// `npm start` and `npm test` run it first, as a command of their own: a machine that ignores install scripts would skip
// `prestart`. It needs only the Node 20 and npm of the machine, and says in one line what it does. It is silent if
// there is nothing to do.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { env, exit, platform } from 'node:process'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const bin = join(modules, '.bin')
// The Node of package.json's devDependencies. npm puts .bin first into the PATH of every script, so that all of them
// run on it.
const pinnedNode = join(bin, 'node')
// Its mtime is the moment the last good build began: a file saved during a build makes the next one due.
const buildStamp = join(modules, '.cache', 'decant', 'built')

install()
build()

function install() {
  const installed = modifiedAt(join(modules, '.package-lock.json'))
  if (existsSync(pinnedNode) && installed >= modifiedAt(join(root, 'package-lock.json'))) return

  say('installing dependencies (npm ci)')
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    env: npmEnvironment(),
    // npm's "added 151 packages" does not belong to the output of `npm start` for programs.
    stdio: ['ignore', 2, 2],
    // npm is npm.cmd on Windows, which only a shell can start.
    shell: platform === 'win32',
  })
  if (npm.status !== 0) fail(`npm ci failed${npm.error ? `: ${npm.error.message}` : ''}`)
  if (!existsSync(pinnedNode)) {
    fail(
      'the pinned Node (devDependency "node") was not installed, because npm is set to ignore install scripts: run `npm ci --ignore-scripts=false`',
    )
  }
}

function build() {
  if (existsSync(join(root, 'dist', 'index.js')) && modifiedAt(buildStamp) >= newestSource()) return

  say('building dist/')
  const startedAt = new Date()
  const tsdown = spawnSync(pinnedNode, [join(bin, 'tsdown'), '--log-level', 'warn'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (tsdown.status !== 0) fail('the build failed')
  mkdirSync(dirname(buildStamp), { recursive: true })
  writeFileSync(buildStamp, '')
  utimesSync(buildStamp, startedAt, startedAt)
}

/**
 * When anything that dist/ is made of last changed, in ms since the epoch. Folders count too: a deleted file leaves no
 * other trace.
 */
function newestSource() {
  const src = join(root, 'src')
  const sources = readdirSync(src, { recursive: true })
    .filter((name) => !/\.test(-d)?\.ts$/.test(name))
    .map((name) => join(src, name))
  const configuration = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsdown.config.ts'].map((name) =>
    join(root, name),
  )
  return Math.max(...[...sources, ...configuration].map(modifiedAt))
}

/**
 * The environment for an npm started by npm. It leaves out the outer command's options (`--prefix`, `--omit`, `--port`
 * of `npm start`), which the inner npm would take for its own. It keeps the settings for reaching the registry.
 */
function npmEnvironment() {
  const kept = /^npm_config_(registry|userconfig|globalconfig|cache|cafile|strict_ssl|noproxy|(https?_)?proxy)$/i
  const entries = Object.entries(env).filter(([name]) => !/^npm_config_/i.test(name) || kept.test(name))
  // npm ci replaces the pinned Node while it runs, so npm itself has to run on the machine's.
  const path = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== bin)
  return { ...Object.fromEntries(entries), PATH: path.join(delimiter) }
}

/** A file's mtime in ms since the epoch, 0 if there is no such file. */
function modifiedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function say(what) {
  console.error(`prepare: ${what}`)
}

function fail(why) {
  say(why)
  exit(1)
}
