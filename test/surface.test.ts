import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { entriesPage } from './architecture/entries-page.ts'
import { findUnexportedTypes } from './architecture/named-types.ts'
import { isTestOnly } from './architecture/source-file.ts'

const src = new URL('../src/', import.meta.url)
const sources = new Map(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !isTestOnly(path))
    .map((path) => [path, readFileSync(new URL(path, src), 'utf8')]),
)

test('an entry exports each type that an exported declaration names', () => {
  expect(findUnexportedTypes(sources)).toEqual([])
})

test('docs/entries.md lists every entry and its exports with the first sentence of each docstring', () => {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const page = readFileSync(join(root, 'docs', 'entries.md'), 'utf8')
  expect(page === entriesPage(root), 'docs/entries.md is out of date: run `npm run entries`.').toBe(true)
})

describe('a type that no entry exports is found', () => {
  const INNER = 'export interface Inner { readonly size: number }'
  const found = (declaration: string, entry = `export { outer } from './room/outer.ts'`): string[] =>
    findUnexportedTypes(
      new Map([
        ['index.ts', entry],
        ['room/outer.ts', `import type { Inner } from './passed-on.ts'; ${declaration}`],
        ['room/passed-on.ts', `export type { Inner } from './inner.ts'`],
        ['room/inner.ts', INNER],
      ]),
    )
  const SENTENCE = 'outer names Inner of room/inner.ts'

  test.each([
    ['a parameter', 'export function outer(inner: Inner): void {}'],
    ['a result', 'export function outer(): Promise<Inner | undefined> { return load() }'],
    ['one of several overloads', 'export function outer(a: Inner): void; export function outer(a?: unknown): void {}'],
    ['a constraint', 'export function outer<Kind extends Inner>(kind: Kind): void {}'],
    ['a constant', 'export const outer: readonly Inner[] = []'],
    ['the parameter of a constant', 'export const outer = (inner: Inner): void => {}'],
    ['a member', 'export interface outer { readonly inner?: Inner }'],
    ['a base', 'export interface outer extends Inner {}'],
    ['a mapped type', 'export type outer = { readonly [Key in keyof Inner]?: string }'],
    ['the base of a class', 'export class outer extends Inner {}'],
    ['an interface of a class', 'export class outer implements Inner { size = 1 }'],
    ['a method', 'export class outer { load(): Inner { return load() } }'],
    ['a constructor', 'export class outer { constructor(inner: Inner) {} }'],
  ])('in %s', (_, declaration) => {
    expect(found(declaration)).toEqual([SENTENCE])
  })

  test('if it is declared in the same file, exported or not', () => {
    const declaration = 'interface Own {} export function outer(own: Own): void {}'
    expect(found(declaration)).toEqual(['outer names Own of room/outer.ts'])
  })

  test('if a type that is exported names it', () => {
    const entry = `export { outer } from './room/outer.ts'; export type { Between } from './room/outer.ts'`
    const declaration = 'export type Between = Inner[]; export function outer(): Between { return [] }'
    expect(found(declaration, entry)).toEqual(['Between names Inner of room/inner.ts'])
  })

  test.each([
    ['a body', 'export function outer(): void { const inner: Inner = load() }'],
    ['a default', 'export function outer(size = load<Inner>()): void {}'],
    ['a private field', 'export class outer { #inner: Inner | undefined; private readonly other?: Inner }'],
    ['a value with a type of its own', 'export const outer: number = load<Inner>()'],
    ['another declaration', 'const other: Inner = load(); export const outer = 1'],
  ])('but not in %s, which no user meets', (_, declaration) => {
    expect(found(declaration)).toEqual([])
  })

  test('but not in the constructor of a class of which the type alone is exported', () => {
    const declaration = 'export class outer { constructor(inner: Inner) {} }'
    expect(found(declaration, `export type { outer } from './room/outer.ts'`)).toEqual([])
  })

  test('and none is found if another entry exports it, by whichever way', () => {
    const entry = `export { outer } from './room/outer.ts'; export type { Inner } from './room/inner.ts'`
    expect(found('export function outer(inner: Inner): void {}', entry)).toEqual([])
  })

  test('and what cannot be followed is refused', () => {
    expect(() => found('export type outer = import("./inner.ts").Inner')).toThrow('TSImportType')
    expect(() => found('export const outer = 1', `export * from './room/outer.ts'`)).toThrow('write out')
  })
})
