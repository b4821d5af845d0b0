import { folderNames } from './folder-names.ts'

/** Stands in the place of the owner if the verdict is given and any process may carry it out. */
export const NO_OWNER = 'none'

/** The folder of a transaction, by its name: `<id>@<owner>`, or `<id>` if format 1 made it. */
export interface PreparedName {
  readonly name: string
  readonly id: string
  /** Absent in format 1: there, a file in the folder names the owner. */
  readonly owner?: string
}

export function preparedName(id: string, owner: string): string {
  return `${id}@${owner}`
}

export function parsePreparedName(name: string): PreparedName {
  const at = name.indexOf('@')
  return at === -1 ? { name, id: name } : { name, id: name.slice(0, at), owner: name.slice(at + 1) }
}

/** The folder of a transaction among the `prepared`, with any owner. `undefined` if there is none. */
export async function findPrepared(prepared: string, id: string): Promise<PreparedName | undefined> {
  const found = await folderNames(prepared)
  return found.map(parsePreparedName).find((each) => each.id === id)
}

/** Whether a transaction is among the `prepared`. */
export async function isPrepared(prepared: string, id: string): Promise<boolean> {
  // Look twice. If the folder is renamed for another owner meanwhile, a list may show either name, or neither.
  return ((await findPrepared(prepared, id)) ?? (await findPrepared(prepared, id))) !== undefined
}
