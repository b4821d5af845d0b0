import { isTestOnly } from './source-file.ts'
import type { SourceFile } from './source-file.ts'

/** The imports that a room's files may have besides each other and `errors`. */
interface RoomRules {
  /** Other rooms, by their names in the table. */
  rooms: readonly string[]
  /** npm packages, and names of package.json "imports" (`#spool`). */
  packages?: readonly string[]
  /** True if `node:*` is allowed, and the room therefore runs on Node, Bun and Deno alone. */
  node?: boolean
}

/** A room's name is a folder or a file of src/. If several fit a file, the longest is its room. */
export type RoomTable = Readonly<Record<string, RoomRules>>

/** The room of a file: `entries` for those directly in src/; undefined if the table has none. */
function roomOf(path: string, table: RoomTable): string | undefined {
  if (!path.includes('/')) return 'entries'
  return Object.keys(table)
    .filter((room) => path === room || path.startsWith(`${room}/`))
    .toSorted((a, b) => b.length - a.length)[0]
}

/** Every import that the table does not allow, as a sentence. */
export function findForbiddenImports(files: readonly SourceFile[], table: RoomTable): string[] {
  return files.flatMap(({ path, imports }) => {
    const room = roomOf(path, table)
    const rules = room === undefined ? undefined : table[room]
    if (room === undefined || rules === undefined) return [`${path} is in no room of the table`]
    return imports
      .filter((target) => !isAllowed(target, room, rules, table))
      .map((target) => `${path} may not import ${target}`)
  })
}

function isAllowed(target: string, room: string, rules: RoomRules, table: RoomTable): boolean {
  if (target.startsWith('node:')) return rules.node === true
  if (!target.endsWith('.ts'))
    return (rules.packages ?? []).some((name) => target === name || target.startsWith(`${name}/`))
  const other = roomOf(target, table)
  return (
    other !== undefined &&
    !target.startsWith('..') &&
    !isTestOnly(target) &&
    [room, 'errors', ...rules.rooms].includes(other)
  )
}

/** Every import cycle that a walk through the files meets, as `a.ts -> b.ts -> a.ts`; type imports count. */
export function findCycles(files: readonly { path: string; imports: readonly string[] }[]): string[] {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports]))
  const cycles: string[] = []
  const done = new Set<string>()

  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start !== -1) {
      cycles.push([...trail.slice(start), path].join(' -> '))
      return
    }
    if (done.has(path)) return
    for (const target of importsOf.get(path) ?? []) walk(target, [...trail, path])
    done.add(path)
  }
  for (const { path } of files) walk(path, [])
  return cycles
}
