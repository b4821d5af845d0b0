import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, matchesGlob } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { TEST_SUITES } from './test-suites.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 ** 2,
})
  .split('\0')
  .filter((path) => path !== '' && !path.endsWith('.bin'))

/**
 * Lines of the repository's files that match, as `path:line`. A file that git still lists but somebody deleted has
 * none.
 */
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

  test('names no package registry, so that each machine uses its own', () => {
    const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
    expect(lock).not.toMatch(/"resolved": "[^"]*:\/\//)
    expect(linesMatching(/registry\.(?:npmjs|yarnpkg)|npm\.jsr\.io|deb\.debian\.org/)).toEqual([])
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
