import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import type { Comment, Program } from 'oxc-parser'
import { alignedTable } from '../aligned-table.ts'
import { originOf, readReexports } from './reexports.ts'
import type { Reexports } from './reexports.ts'

/** One file, as far as the page of entries is concerned. */
interface Module {
  readonly text: string
  readonly comments: readonly Comment[]
  readonly program: Program
  readonly reexports: Reexports
}

const INTRODUCTION = `# Entries

Every import path of the package, with its exports. The sentences are the first ones of their docstrings, which your
editor shows in full. \`npm run entries\` writes this page from the sources.`

/**
 * The page docs/entries.md: each entry of package.json with its exports, and the first sentence of their docstrings.
 *
 * @param root the folder of package.json and src/
 * @throws {Error} if an entry or an export has no docstring.
 */
export function entriesPage(root: string): string {
  const { exports }: { exports: Readonly<Record<string, unknown>> } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  const modules = new Map<string, Module>()
  const moduleOf = (path: string): Module => {
    const module = modules.get(path) ?? readModule(path, readFileSync(join(root, 'src', path), 'utf8'))
    modules.set(path, module)
    return module
  }
  const entries = Object.keys(exports).filter((entry) => !entry.endsWith('.json'))
  return `${[INTRODUCTION, ...entries.map((entry) => section(entry, moduleOf))].join('\n\n')}\n`
}

function section(entry: string, moduleOf: (path: string) => Module): string {
  const path = entry === '.' ? 'index.ts' : `${entry.slice('./'.length)}.ts`
  const { comments, reexports } = moduleOf(path)
  const [first] = comments
  if (first === undefined || !first.value.startsWith('*')) throw new Error(`src/${path} has no docstring.`)

  const rows: Record<'value' | 'type', string[][]> = { value: [], type: [] }
  for (const [name, exported] of reexports) {
    const origin = originOf((each) => moduleOf(each).reexports, exported)
    const { kind, sentence } = describe(moduleOf(origin.path), origin.name, origin.path)
    const isValue = !exported.isType && kind !== 'type'
    rows[isValue ? 'value' : 'type'].push([`\`${name}${isValue && kind === 'function' ? '()' : ''}\``, sentence])
  }
  const tables = Object.entries(rows)
    .filter(([, each]) => each.length > 0)
    .map(([kind, each]) => alignedTable([[kind === 'value' ? 'export' : 'type', 'meaning'], ...each]))
  return [`## \`${entry.replace('.', 'decant')}\``, wrapped(prose(first.value)), ...tables].join('\n\n')
}

/** The kind of an export, and the first sentence of its docstring. */
function describe({ program, comments, text }: Module, name: string, path: string): { kind: string; sentence: string } {
  for (const statement of program.body) {
    if (statement.type !== 'ExportNamedDeclaration' || statement.declaration === null) continue
    const kind = kindOf(statement.declaration, name)
    if (kind === undefined) continue
    const comment = comments.findLast(({ type, end }) => type === 'Block' && end <= statement.start)
    // A directive of the linter may stand between a docstring and its declaration.
    const between = text.slice(comment?.end, statement.start).replaceAll(/^\s*\/\/.*$/gm, '')
    if (comment?.value.startsWith('*') !== true || between.trim() !== '') {
      throw new Error(`${name} of src/${path} has no docstring.`)
    }
    // Abbreviations of the docstrings are followed by lower case.
    const sentence = /^[^@].*?[.!?](?=\s+[A-Z`'"]|$)/.exec(prose(comment.value))?.[0]
    if (sentence === undefined) throw new Error(`The docstring of ${name} in src/${path} has no sentence.`)
    return { kind, sentence: sentence.replaceAll('|', String.raw`\|`) }
  }
  throw new Error(`src/${path} does not declare ${name}.`)
}

type Declaration = NonNullable<Extract<Program['body'][number], { type: 'ExportNamedDeclaration' }>['declaration']>

/** `undefined` if the declaration declares another name. */
function kindOf(declaration: Declaration, name: string): 'function' | 'value' | 'type' | undefined {
  switch (declaration.type) {
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
      return declaration.id?.name === name ? 'function' : undefined
    case 'ClassDeclaration':
      return declaration.id?.name === name ? 'value' : undefined
    case 'VariableDeclaration':
      return declaration.declarations.some(({ id }) => id.type === 'Identifier' && id.name === name)
        ? 'value'
        : undefined
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return declaration.id.name === name ? 'type' : undefined
    default:
      return undefined
  }
}

/** The text of a docstring before its tags, its list and its second paragraph, in one line. */
function prose(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*+ ?/, '').trimEnd())
  const [paragraph = ''] = lines
    .join('\n')
    .trim()
    .split(/\n\s*\n|\n(?=@|- )/)
  return paragraph.replaceAll(/\s+/g, ' ').trim()
}

/** The same words in lines of at most 120 characters. */
function wrapped(text: string): string {
  return text.replaceAll(/(.{1,120})(?: |$)/g, '$1\n').trimEnd()
}

function readModule(path: string, text: string): Module {
  const { program, comments, module, errors } = parseSync(path, text)
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`)
  return { text, comments, program, reexports: readReexports(path, module) }
}
