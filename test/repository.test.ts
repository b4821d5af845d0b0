import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, matchesGlob } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { releasedText } from '../scripts/released-text.ts'
import { TEST_SUITES } from './test-suites.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 ** 2,
})
  .split('\0')
  .filter((path) => path !== '' && !path.endsWith('.bin'))

/** Lines of the repository's files that match, as `path:line`. A deleted file that git still lists has none. */
function linesMatching(pattern: RegExp): string[] {
  return tracked.flatMap((path) => {
    let text: string
    try {
      text = readFileSync(join(root, path), 'utf8')
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
      throw error
    }
    return text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : []))
  })
}

/** A command or an import that gets `decant` from a registry by its name. */
const INSTALLS_BY_NAME =
  /\b(?:npx|bunx|(?:npm|pnpm|yarn|bun|deno) (?:i|add|install|exec|create|dlx))\b[^`\n]*\sdecant(?![\w./-])|npm:decant\b/

const manifest: { version: string; private?: boolean } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const isReleased = manifest.private !== true

/** The documentation, with what it hides until the release. */
const pages = tracked.filter((path) => path.endsWith('.md') && existsSync(join(root, path)))

/** The text of a page as a reader sees it. */
function visibleText(text: string): string {
  return text.replaceAll(/<!--.*?-->/gs, '')
}

function literally(...texts: string[]): RegExp {
  return new RegExp(texts.map((text) => text.replaceAll(/[^\w/]/g, String.raw`\$&`)).join('|'))
}

describe('the repository', () => {
  test('names no place of the machine it was made on', () => {
    // A container's home may be the root folder itself, which every path begins with.
    const places = [root, `${homedir()}/`].filter((place) => /\w/.test(place))
    expect(linesMatching(literally(...places))).toEqual([])
    expect(linesMatching(/(?<![\w.~])\/(?:work|workspace|builds|github\/workspace)\/\w/)).toEqual([])
  })

  test('has no file with the marks of a conflict that was not resolved', () => {
    expect(linesMatching(/^(?:<{7}|>{7}) /)).toEqual([])
  })

  test('names no package registry, so that each machine uses its own', () => {
    const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
    expect(lock).not.toMatch(/"resolved": "[^"]*:\/\//)
    expect(linesMatching(/registry\.(?:npmjs|yarnpkg)|npm\.jsr\.io|deb\.debian\.org/)).toEqual([])
  })

  test('never says to install `decant` by name before it is on npm: a stranger could register the name', () => {
    const visible = pages.filter((page) => INSTALLS_BY_NAME.test(visibleText(readFileSync(join(root, page), 'utf8'))))
    const manifests = linesMatching(/"decant": "(?!file:)/).filter((line) => line.startsWith('examples/'))
    const sources = linesMatching(INSTALLS_BY_NAME).filter((line) => !/\.md:|^test\/repository\.test\.ts:/.test(line))
    expect(isReleased ? [] : [...visible, ...manifests, ...sources]).toEqual([])
  })

  test('installs `decant` by name everywhere once it is released, and says in package.json where its repository is', () => {
    const released = (text: string): string => (isReleased ? text : releasedText(text, manifest.version))
    const outdated = pages.filter((page) =>
      /not (?:yet )?on npm|decant-[\d.]+\.tgz|<!-- (?:until|after) the release/.test(
        released(readFileSync(join(root, page), 'utf8')),
      ),
    )
    expect(outdated, 'Mark the lines as those of README.md are, or run `npm run release`.').toEqual([])
    const missing = ['repository', 'homepage', 'bugs'].filter((field) => !(field in manifest))
    expect(isReleased ? missing : []).toEqual([])
  })

  test('runs every test file either in `npm test` or in `npm run test:system`', () => {
    const files = tracked.filter((path) => /\.test(?:-d)?\.ts$/.test(path) && existsSync(join(root, path)))
    const suitesOf = (file: string): string[] =>
      Object.entries(TEST_SUITES).flatMap(([suite, globs]) =>
        globs.some((glob) => matchesGlob(file, glob)) ? [suite] : [],
      )
    const misplaced = files.filter((file) => suitesOf(file).length !== 1)
    const complaints = misplaced.map((file) => `${file} belongs to ${suitesOf(file).join(' and ') || 'neither suite'}`)
    expect(complaints, 'Name the folder or the file in one list of test/test-suites.ts.').toEqual([])
    const globs = Object.values(TEST_SUITES).flat()
    const empty = globs.filter((glob) => !files.some((file) => matchesGlob(file, glob)))
    expect(empty, 'No test file matches. Remove these lines from test/test-suites.ts.').toEqual([])
  })
})
