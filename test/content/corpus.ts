import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { env, pid } from 'node:process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Debian's packages that hold files of many formats, about 30 MB. One that is not there is left out. */
const PACKAGES = words(`
  golang-github-gabriel-vasile-mimetype-dev libpython3.11-testsuite libpython3.13-testsuite r-cran-foreign r-cran-magick
  r-cran-officer r-cran-openxlsx r-cran-readxl r-cran-sf asymptote-doc alsa-utils fonts-dejavu-core fonts-lmodern
  lbreakout2-data python-matplotlib-data python3-docx python3-pydicom python3-pygame shared-mime-info
  sound-theme-freedesktop vlc-data
`)

/** Sources with tests that hold such files, about 8 MB. */
const SOURCES = words('catdoc file libheif libimage-exiftool-perl libmspack taglib')

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/decant-corpus')

/** The folders of the gathered files, and the packages that were missing. */
export interface Corpus {
  readonly folders: readonly string[]
  readonly missing: readonly string[]
}

/** Whether this machine has Debian's package tools. They need no root here. */
export function canGather(): boolean {
  return env['CI'] === 'true' || (hasProgram('apt-get') && hasProgram('dpkg-deb') && existsSync('/etc/apt'))
}

/**
 * Downloads the packages and unpacks them, or finds what an earlier run has gathered.
 *
 * @throws {Error} if not one of them can be had.
 */
export async function gatherCorpus(): Promise<Corpus> {
  const name = createHash('sha256')
    .update([...PACKAGES, ...SOURCES].join(' '))
    .digest('hex')
    .slice(0, 16)
  const folder = join(CACHE, name)
  if (!existsSync(folder)) {
    const draft = join(CACHE, `draft-${pid}`)
    try {
      await fill(draft)
      renameSync(draft, folder)
    } finally {
      rmSync(draft, { recursive: true, force: true })
    }
  }
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const gathered = new Set(folders.map((entry) => entry.name))
  return {
    folders: folders.map((entry) => join(folder, entry.name)),
    missing: [...PACKAGES, ...SOURCES].filter((each) => !gathered.has(each)),
  }
}

async function fill(folder: string): Promise<void> {
  // Beside the packages, and not among them.
  const work = `${folder}-work`
  mkdirSync(join(work, 'lists/partial'), { recursive: true })
  mkdirSync(join(work, 'cache/archives/partial'), { recursive: true })
  mkdirSync(folder, { recursive: true })
  try {
    writeFileSync(join(work, 'here.sources'), deb822Sources())
    writeFileSync(join(work, 'here.list'), lineSources())
    await apt(work, 'apt-get', 'update')
    const known = new Set((await apt(work, 'apt-cache', 'pkgnames')).split('\n'))
    // Each call of apt-get reads all lists, so there are two. Of one that fails in part, the other part is there.
    await inPart(apt(work, 'apt-get', 'download', ...PACKAGES.filter((each) => known.has(each))))
    await inPart(apt(work, 'apt-get', 'source', '--download-only', '--tar-only', ...SOURCES))
    for (const file of readdirSync(work)) await unpack(join(work, file), join(folder, file.replace(/_.*/, '')))
    if (readdirSync(folder).length === 0) throw new Error('apt-get could not download the packages.')
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

async function inPart(download: Promise<unknown>): Promise<void> {
  try {
    await download
  } catch {
    // A package may be absent from a mirror. Which ones are is told by what is there: apt-get's words differ.
  }
}

/**
 * Runs apt-get or apt-cache with lists and a cache of their own, so the machine does not change. Returns the output.
 */
async function apt(work: string, program: string, ...command: readonly string[]): Promise<string> {
  const options = [
    `Dir::Etc::sourcelist=${work}/none.list`,
    `Dir::Etc::sourceparts=${work}`,
    `Dir::State::lists=${work}/lists`,
    `Dir::Cache=${work}/cache`,
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    'Acquire::Retries=2',
  ].flatMap((option) => ['-o', option])
  const { stdout } = await run(program, [...options, ...command], {
    cwd: work,
    timeout: 120_000,
    maxBuffer: 64 * 1024 ** 2,
  })
  return stdout
}

async function unpack(file: string, folder: string): Promise<void> {
  if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', file, folder])
  if (!/\.orig\.tar\.(?:gz|xz|bz2)$/.test(file)) return
  mkdirSync(folder)
  await run('tar', ['-xf', file, '-C', folder])
}

/** Debian's own entries among the machine's, with their sources. */
function deb822Sources(): string {
  return readSources('.sources')
    .filter((text) => text.includes('debian-archive-keyring'))
    .join('\n\n')
    .replaceAll(/^Types: deb$/gm, 'Types: deb deb-src')
}

/** The same in the older form. */
function lineSources(): string {
  const lines = readSources('.list').flatMap((text) => text.split('\n'))
  const own = lines.filter((line) => /^deb (?:\[[^\]]*debian-archive-keyring[^\]]*\] |[^[]*\bdebian\b)/.test(line))
  return [...own, ...own.map((line) => line.replace(/^deb /, 'deb-src ')), ''].join('\n')
}

function readSources(ending: string): string[] {
  const parts = '/etc/apt/sources.list.d'
  const paths = existsSync(parts) ? readdirSync(parts).map((name) => join(parts, name)) : []
  return [...paths, '/etc/apt/sources.list']
    .filter((path) => path.endsWith(ending) && existsSync(path))
    .map((path) => readFileSync(path, 'utf8'))
}

function hasProgram(name: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    // There is none, or it does not run, which comes to the same.
    return false
  }
}

function words(text: string): string[] {
  return text.trim().split(/\s+/)
}
