import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'

/** One file of src/, as far as the architecture is concerned. */
export interface SourceFile {
  /** Relative to src/, with forward slashes: `receive/receive.ts`. */
  path: string
  /**
   * Its imports, types included: a path like the one above, a package (`mrmime`, `hono/html`), `#...` or `node:...`.
   */
  imports: string[]
  /** True if every statement is an `export ... from`: the file adds no code of its own. */
  onlyReexports: boolean
}

/** Every source file under the folder, without tests and what only tests use. */
export function readSourceFiles(folder: URL): SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !isTestOnly(path))
    .map((path) => parseSourceFile(path, readFileSync(new URL(path, folder), 'utf8')))
}

/**
 * Tests, their fixtures, and a room's own `testing/` folder: free to import what they like, but imported by tests
 * alone.
 */
export function isTestOnly(path: string): boolean {
  return /\.test(-d)?\.ts$|\/(fixtures|testing)\//.test(path)
}

/**
 * @throws {Error} if the text is not TypeScript, or an import's specifier is not a plain string, which cannot be
 *   checked.
 */
export function parseSourceFile(path: string, text: string): SourceFile {
  const { program, errors } = parseSync(path, text)
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`)

  const imports = new Set<string>()
  const add = (source: { type: string; value?: unknown } | null): void => {
    if (source === null) return
    if (typeof source.value !== 'string')
      throw new Error(`${path}: import(...) of something that is not a plain string`)
    imports.add(resolveImport(path, source.value))
  }
  new Visitor({
    ImportDeclaration: ({ source }) => add(source),
    ExportNamedDeclaration: ({ source }) => add(source),
    ExportAllDeclaration: ({ source }) => add(source),
    ImportExpression: ({ source }) => add(source),
    TSImportType: ({ source }) => add(source),
  }).visit(program)

  const onlyReexports = program.body.every(
    (node) => node.type === 'ExportAllDeclaration' || (node.type === 'ExportNamedDeclaration' && node.source !== null),
  )
  return { path, imports: [...imports], onlyReexports }
}

/** The imports of a file that are left when its types are gone; of the form that `parseSourceFile` gives. */
export function valueImports(path: string, text: string): string[] {
  const { program } = parseSync(path, text)
  const withoutTypes = program.body.filter(
    (node) =>
      !(node.type === 'ImportDeclaration' && node.importKind === 'type') &&
      !(node.type === 'ExportNamedDeclaration' && node.exportKind === 'type'),
  )
  return withoutTypes.flatMap((node) =>
    'source' in node && node.source !== null && typeof node.source.value === 'string'
      ? [resolveImport(path, node.source.value)]
      : [],
  )
}

function resolveImport(path: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier
}
