import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { guardsPage } from './guards-page.ts'
import { GROUP, mutate, titlePattern, toLiterals } from './mutation.ts'
import type { Mutation } from './mutation.ts'
import { PROMISES } from './promises.ts'

const root = join(import.meta.dirname, '..', '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const promisesPage = read('docs/promises.md')
const guards = read('docs/guards.md')
const mutations = PROMISES.flatMap((promise) => promise.mutations)
/** The titles of cases in contracts and fuzz targets. */
const contracts = globSync(['src/testing/**/*.ts', 'test/fuzz/*.ts'], { cwd: root }).map(read).join('\n')

test.each(mutations)('$file $guard: the guard stands there once', (mutation) => {
  expect(mutate(read(mutation.file), mutation)).not.toBe(read(mutation.file))
})

test.each(mutations.flatMap(({ tests }) => tests))('the test is there: %s %s', (file, title) => {
  const source = read(file)
  for (const literal of title.split(GROUP).flatMap(toLiterals)) {
    const spellings = [literal, literal.replaceAll("'", String.raw`\'`)]
    const isThere = spellings.some((text) => source.includes(text) || contracts.includes(text))
    expect(isThere, literal).toBe(true)
  }
})

test('every promise has a guard, and a test that fails without it', () => {
  for (const { heading, mutations: ofPromise } of PROMISES) expect(ofPromise.length, heading).toBeGreaterThan(0)
  expect(new Set(mutations.map(({ guard }) => guard)).size).toBe(mutations.length)
})

describe('docs/promises.md', () => {
  const headings = PROMISES.map(({ heading }, index) => `${index + 1}. ${heading}`)

  test('has a section for every promise, in the order of their numbers', () => {
    expect([...promisesPage.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(headings)
  })

  test('has every promise in the table at its top, which leads to its section', () => {
    const rows = [...promisesPage.matchAll(/^\| *(\d+) *\| \[(.+?)\]\(#(.+?)\)/gm)].map(([, ...cells]) => cells)
    expect(rows).toEqual(PROMISES.map(({ heading }, index) => [`${index + 1}`, heading, anchor(headings[index] ?? '')]))
  })

  test('has links whose targets exist, and so has docs/guards.md', () => {
    const anchors = headings.map(anchor)
    for (const [, path = '', name = ''] of `${promisesPage}${guards}`.matchAll(/\]\(([^)#]*)(?:#([^)]*))?\)/g)) {
      if (path === '') expect(anchors).toContain(name)
      else expect(existsSync(join(root, 'docs', path)), path).toBe(true)
    }
  })
})

test('docs/guards.md lists every guard and its tests, as `npm run mutate:list` writes it', () => {
  expect(guards).toBe(guardsPage(PROMISES))
})

describe('a mutation', () => {
  const mutation: Mutation = { guard: 'does a thing', file: 'a.ts', find: 'a();', replace: '', tests: [] }

  test('is refused with a sentence if its text does not occur in the file exactly once', () => {
    expect(mutate('b();a();', mutation)).toBe('b();')
    for (const source of ['', 'a();a();']) {
      expect(() => mutate(source, mutation)).toThrow(
        /^The text of the mutation "does a thing" stands [02] times in a\.ts, not once\..* update the mutation/,
      )
    }
  })

  test('finds its tests by title, with any text for its placeholders, and with or without their groups', () => {
    expect(titlePattern('gives %s to $name (%j)').test('a group gives 1 to 2 (3)')).toBe(true)
    expect(titlePattern('one > two').test('zero > one > two')).toBe(true)
    expect(titlePattern('one > two').test('one two')).toBe(true)
    expect(titlePattern('one > two').test('one two three')).toBe(false)
    expect(titlePattern('one').test('none')).toBe(false)
  })
})

/** The anchor of a heading, as GitHub makes it. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-')
}
