import { DatabaseSync } from 'node:sqlite'
import type { Recover } from '../../src/storage/transaction.ts'

/** How an insertion is to go wrong. */
export type InsertFault = 'before' | 'after' | 'commit'

/** A table of a real database, each row of which names a file by its key. */
export class PostTable {
  readonly #database: DatabaseSync

  constructor(path: string) {
    this.#database = new DatabaseSync(path)
    this.#database.exec(`
      PRAGMA foreign_keys = ON;
      CREATE TABLE posts (id INTEGER PRIMARY KEY);
      CREATE TABLE files (key TEXT PRIMARY KEY, post INTEGER NOT NULL REFERENCES posts (id) DEFERRABLE INITIALLY DEFERRED);
    `)
  }

  readonly recover: Recover = ({ keys }) => {
    const known = this.keys()
    return keys.every((key) => known.has(key)) ? 'publish' : 'discard'
  }

  keys(): Set<string> {
    return new Set(
      this.#database
        .prepare('SELECT key FROM files')
        .all()
        .map(({ key }) => String(key)),
    )
  }

  insert(keys: readonly string[], fault: InsertFault | undefined): void {
    if (fault === 'before') throw new Error('before the row')
    this.#database.exec('BEGIN')
    try {
      const { lastInsertRowid } = this.#database.prepare('INSERT INTO posts DEFAULT VALUES').run()
      // A post that is not there is found out by COMMIT.
      const post = fault === 'commit' ? -1 : lastInsertRowid
      for (const key of keys) this.#database.prepare('INSERT INTO files VALUES (?, ?)').run(key, post)
      if (fault === 'after') throw new Error('after the row')
      this.#database.exec('COMMIT')
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }

  close(): void {
    this.#database.close()
  }
}
