import { folderNames } from './folder-names.ts'

/** In the owner's place if all is decided and any process may carry it out. */
export const NO_OWNER = 'none'

/** The folder of a transaction, by its name: `<id>@<owner>`, or `<id>` if format 1 made it. */
export interface PreparedName {
  readonly name: string
  readonly id: string
  /** Absent in format 1, where a file in the folder names the owner. */
  readonly owner?: string
}

export function preparedName(id: string, owner: string): string {
  return `${id}@${owner}`
}

export function parsePreparedName(name: string): PreparedName {
  const at = name.indexOf('@')
  return at === -1 ? { name, id: name } : { name, id: name.slice(0, at), owner: name.slice(at + 1) }
}

/** The folder of a transaction among the `prepared`, whoever holds it; `undefined` if there is none. */
export async function findPrepared(prepared: string, id: string): Promise<PreparedName | undefined> {
  const found = await folderNames(prepared)
  return found.map(parsePreparedName).find((each) => each.id === id)
}

/** Whether there is such a folder. */
export async function isPrepared(prepared: string, id: string): Promise<boolean> {
  // Twice: one that gets another holder this instant may have either name, or none, for whoever lists the folder.
  return ((await findPrepared(prepared, id)) ?? (await findPrepared(prepared, id))) !== undefined
}
