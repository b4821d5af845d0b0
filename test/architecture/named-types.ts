import { posix } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'
import type { MethodDefinition, Node, Program, PropertyDefinition } from 'oxc-parser'
import { originOf, readReexports } from './reexports.ts'
import type { Declared, Reexports } from './reexports.ts'

/** The signature of a declaration: which names it uses, and which of them in a constructor alone. */
interface Signature {
  readonly names: Set<string>
  readonly constructorNames: Set<string>
}

/** One file, as far as its public types are concerned. */
interface Module {
  readonly imports: ReadonlyMap<string, Declared>
  readonly reexports: Reexports
  readonly signatures: ReadonlyMap<string, Signature>
}

/** From `start` up to but not including `end`, in characters of the file. */
interface Span {
  readonly start: number
  readonly end: number
}

/**
 * The types that an exported declaration names and that no entry exports, each as a sentence. A user meets such a type
 * but cannot write it down.
 *
 * It reads the sources. They are compiled with `isolatedDeclarations`, so each exported declaration writes its types
 * out, and the built `.d.ts` holds the same signatures. Types of packages and of the runtime are left alone.
 *
 * @param sources the text of each file by its path below src/; those without a folder are the entries
 */
export function findUnexportedTypes(sources: ReadonlyMap<string, string>): string[] {
  const modules = new Map([...sources].map(([path, text]) => [path, readModule(path, text)]))
  const reexportsOf = (path: string): Reexports => moduleOf(modules, path).reexports
  const exported = [...modules]
    .filter(([path]) => !path.includes('/'))
    .flatMap(([, { reexports }]) => [...reexports.values()])
    .map((target) => ({ ...originOf(reexportsOf, target), isType: target.isType }))
  const known = new Set(exported.map(idOf))

  const sentences = new Set<string>()
  for (const { path, name, isType } of exported) {
    const { imports, signatures } = moduleOf(modules, path)
    const signature = signatures.get(name)
    if (signature === undefined) throw new Error(`${path} does not declare ${name}`)
    const used = [...signature.names, ...(isType ? [] : signature.constructorNames)]
    for (const each of used) {
      const imported = imports.get(each)
      // Other names are type parameters, or belong to the runtime or a package.
      if (imported === undefined && !signatures.has(each)) continue
      const origin = imported === undefined ? { path, name: each } : originOf(reexportsOf, imported)
      if (!known.has(idOf(origin))) sentences.add(`${name} names ${origin.name} of ${origin.path}`)
    }
  }
  return [...sentences].toSorted()
}

function moduleOf(modules: ReadonlyMap<string, Module>, path: string): Module {
  const module = modules.get(path)
  if (module === undefined) throw new Error(`${path} is not a file of src/`)
  return module
}

function idOf({ path, name }: Declared): string {
  return `${path} ${name}`
}

/** @throws {Error} if the text is not TypeScript, or uses a form of export or type that this reader does not follow. */
function readModule(path: string, text: string): Module {
  const { program, module, errors } = parseSync(path, text)
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`)
  const resolve = (specifier: string): string => posix.join(posix.dirname(path), specifier)

  const imports = new Map<string, Declared>()
  for (const { moduleRequest, entries } of module.staticImports) {
    if (!moduleRequest.value.startsWith('.')) continue
    for (const { importName, localName } of entries) {
      if (importName.name === null) throw new Error(`${path}: write out what is imported as ${localName.value}`)
      imports.set(localName.value, { path: resolve(moduleRequest.value), name: importName.name })
    }
  }
  return { imports, reexports: readReexports(path, module), signatures: readSignatures(path, program) }
}

function readSignatures(path: string, program: Program): Map<string, Signature> {
  const found: { name: string; at: number }[] = []
  const hidden: Span[] = []
  const constructors: Span[] = []
  const use = (node: Node): void => {
    if (node.type === 'TSQualifiedName') use(node.left)
    else if (node.type === 'MemberExpression') use(node.object)
    else if (node.type === 'Identifier') found.push({ name: node.name, at: node.start })
    else throw new Error(`${path}: a type is named by a ${node.type}, which this reader does not follow`)
  }
  const hideBody = ({ body }: { body: Span | null }): void => {
    if (body !== null) hidden.push(body)
  }
  new Visitor({
    TSTypeReference: ({ typeName }) => use(typeName),
    TSTypeQuery: ({ exprName }) => use(exprName),
    TSInterfaceHeritage: ({ expression }) => use(expression),
    TSClassImplements: ({ expression }) => use(expression),
    TSImportType: (node) => use(node),
    ClassDeclaration({ superClass }) {
      if (superClass !== null) use(superClass)
    },
    // Only the signature is public.
    FunctionDeclaration: hideBody,
    FunctionExpression: hideBody,
    ArrowFunctionExpression: hideBody,
    AssignmentPattern: ({ right }) => hidden.push(right),
    VariableDeclarator({ id, init }) {
      if (init !== null && 'typeAnnotation' in id && id.typeAnnotation) hidden.push(init)
    },
    PropertyDefinition(node) {
      if (isPrivate(node)) hidden.push(node)
      else if (node.value !== null && node.typeAnnotation) hidden.push(node.value)
    },
    MethodDefinition(node) {
      if (isPrivate(node)) hidden.push(node)
      else if (node.kind === 'constructor') constructors.push(node)
    },
  }).visit(program)

  const signatures = new Map<string, Signature>()
  for (const statement of program.body) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
    if (declaration === null) continue
    const used = found.filter(({ at }) => isIn(at, declaration) && !hidden.some((span) => isIn(at, span)))
    for (const name of namesOf(declaration)) {
      const { names, constructorNames } = signatures.get(name) ?? { names: new Set(), constructorNames: new Set() }
      for (const each of used) {
        const isOfConstructor = constructors.some((span) => isIn(each.at, span))
        ;(isOfConstructor ? constructorNames : names).add(each.name)
      }
      signatures.set(name, { names, constructorNames })
    }
  }
  return signatures
}

function isIn(at: number, { start, end }: Span): boolean {
  return at >= start && at < end
}

function isPrivate({ key, accessibility }: PropertyDefinition | MethodDefinition): boolean {
  return key.type === 'PrivateIdentifier' || accessibility === 'private'
}

/** The names that a statement declares; none for one that declares nothing. */
function namesOf(node: Node): string[] {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
    case 'ClassDeclaration':
      return node.id === null ? [] : [node.id.name]
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return [node.id.name]
    case 'VariableDeclaration':
      return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []))
    default:
      return []
  }
}
