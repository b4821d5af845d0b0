import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Recover } from '../../src/storage/transaction.ts'

/** The keys in each row of a table: a folder with a file for each. A row that was not finished ends in `.new`. */
export function rowsIn(table: string): string[][] {
  if (!existsSync(table)) return []
  const names = readdirSync(table).filter((name) => !name.endsWith('.new'))
  return names.map((name): string[] => JSON.parse(readFileSync(join(table, name), 'utf8')))
}

/** Publishes what there is a row of. */
export function recoverFrom(table: string): Recover {
  return ({ keys }) => (rowsIn(table).some((row) => keys.every((key) => row.includes(key))) ? 'publish' : 'discard')
}
