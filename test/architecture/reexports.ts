import { posix } from 'node:path'
import type { EcmaScriptModule } from 'oxc-parser'

/** A declaration by its file and its name there. */
export interface Declared {
  readonly path: string
  readonly name: string
}

/** The names that a file re-exports, with their declarations. */
export type Reexports = ReadonlyMap<string, Declared & { readonly isType: boolean }>

/** @throws {Error} for `export * from`, which does not say what is exported. */
export function readReexports(path: string, { staticExports }: EcmaScriptModule): Reexports {
  const reexports = new Map<string, Declared & { isType: boolean }>()
  for (const { moduleRequest, importName, exportName, isType } of staticExports.flatMap(({ entries }) => entries)) {
    if (moduleRequest === null) continue
    if (importName.name === null || exportName.name === null) throw new Error(`${path}: write out what is exported`)
    const origin = posix.join(posix.dirname(path), moduleRequest.value)
    reexports.set(exportName.name, { path: origin, name: importName.name, isType })
  }
  return reexports
}

/** The file that declares a name: other files may pass the name on. */
export function originOf(reexportsOf: (path: string) => Reexports, { path, name }: Declared): Declared {
  const next = reexportsOf(path).get(name)
  return next === undefined ? { path, name } : originOf(reexportsOf, next)
}
