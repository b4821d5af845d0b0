import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { link, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Recover } from '../../src/storage/transaction.ts'

/** `null` is the row of a transaction that must not be stored any more. */
type Row = readonly string[] | null

/** The keys in each row of a table. A row is a file whose name is the id of its transaction, which is unique. */
export function rowsIn(table: string): (readonly string[])[] {
  if (!existsSync(table)) return []
  const ids = readdirSync(table).filter((name) => !name.endsWith('.new'))
  return ids.map((id) => readRow(table, id)).filter((row) => row !== null)
}

/** The start of the name of a file that a row removes. */
export const GONE = '-'

/** The files that rows name and no row removes. */
export function liveIn(table: string): string[] {
  const names = rowsIn(table).flat()
  const gone = new Set(names.filter((name) => name.startsWith(GONE)).map((name) => name.slice(GONE.length)))
  return names.filter((name) => !name.startsWith(GONE) && !gone.has(name))
}

/** Inserts a row. Rejects with EEXIST if there is a row of this id. */
export async function insertRow(table: string, id: string, row: Row): Promise<void> {
  const written = join(table, `${id}.${randomUUID()}.new`)
  await writeFile(written, JSON.stringify(row), { flush: true })
  await link(written, join(table, id))
  // The row is in, so a failure to remove its other name is not a failure of the insertion.
  await rm(written).catch(() => {})
}

/** Publishes a transaction if it has a row. */
export function recoverFrom(table: string): Recover {
  return ({ id }) => (existsSync(join(table, id)) ? 'publish' : 'discard')
}

/** Publishes a transaction if it has a row. If not, it makes sure that the row cannot come any more. */
export function fencedRecoverFrom(table: string): Recover {
  return async ({ id }) => {
    // EEXIST: there is a row.
    await insertRow(table, id, null).catch(() => {})
    return readRow(table, id) === null ? 'discard' : 'publish'
  }
}

function readRow(table: string, id: string): Row {
  return JSON.parse(readFileSync(join(table, id), 'utf8'))
}
