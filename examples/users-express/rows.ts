import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue } from 'node:sqlite'
import { UploadError } from 'decant'
import type { StoredFile } from 'decant'

export interface User {
  readonly id: number
  readonly name: string
}

/** The keys of a picture and of its thumbnail. */
export interface Avatar {
  readonly picture: string
  readonly thumb: string
}

/** The users, and what they have uploaded, in an SQLite database. Each row names a file by its key. */
export class Rows {
  readonly #database: DatabaseSync

  constructor(path: string) {
    this.#database = new DatabaseSync(path)
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA foreign_keys = ON;
      CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, picture TEXT, thumb TEXT);
      CREATE TABLE IF NOT EXISTS documents (
        key TEXT PRIMARY KEY, user INTEGER NOT NULL REFERENCES users (id), size INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS uploads (id TEXT PRIMARY KEY, outcome TEXT NOT NULL);
    `)
  }

  /** Finds the user of this name, or adds one. */
  signIn(name: string): User {
    this.#run('INSERT INTO users (name) VALUES (?) ON CONFLICT DO NOTHING', name)
    return { id: Number(this.#first('SELECT id FROM users WHERE name = ?', name)?.['id']), name }
  }

  avatarOf(user: User): Avatar | undefined {
    const row = this.#first('SELECT picture, thumb FROM users WHERE id = ? AND picture IS NOT NULL', user.id)
    return row && { picture: String(row['picture']), thumb: String(row['thumb']) }
  }

  /** Bytes of all documents of the user. */
  usedBy(user: User): number {
    return Number(this.#first('SELECT total(size) AS used FROM documents WHERE user = ?', user.id)?.['used'])
  }

  /** @throws {UploadError} `quota-exceeded` if the user then has more than `limit` bytes. */
  addDocuments(transaction: string, user: User, files: readonly StoredFile[], limit: number): void {
    this.#commit(transaction, () => {
      const used = this.usedBy(user)
      for (const { key, size } of files) this.#run('INSERT INTO documents VALUES (?, ?, ?)', key, user.id, size)
      if (this.usedBy(user) > limit) throw new UploadError('quota-exceeded', { limit, used })
    })
  }

  /** False if the user has no such document. */
  removeDocument(key: string, user: User, transaction?: string): boolean {
    const sql = 'DELETE FROM documents WHERE key = ? AND user = ?'
    return this.#commit(transaction, () => this.#run(sql, key, user.id) === 1)
  }

  /** Replaces exactly this avatar. False if the user has another one by now. */
  replaceAvatar(transaction: string, user: User, old: Avatar | undefined, { picture, thumb }: Avatar): boolean {
    const sql = 'UPDATE users SET picture = ?, thumb = ? WHERE id = ? AND picture IS ?'
    return this.#commit(transaction, () => this.#run(sql, picture, thumb, user.id, old?.picture ?? null) === 1)
  }

  /**
   * Decides about a transaction whose process has died, by its row. If there is none, this writes one. So the process
   * cannot commit any more if it was only stopped.
   */
  recover(transaction: string): 'publish' | 'discard' {
    const sql = `INSERT INTO uploads VALUES (?, 'discarded') ON CONFLICT (id) DO UPDATE SET id = id RETURNING outcome`
    return this.#first(sql, transaction)?.['outcome'] === 'stored' ? 'publish' : 'discard'
  }

  /** All that `work` writes, with the row of the transaction, or nothing. Also nothing if `work` is false. */
  #commit<Result>(transaction: string | undefined, work: () => Result): Result {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      if (result === false) this.#database.exec('ROLLBACK')
      else {
        if (transaction !== undefined) this.#run(`INSERT INTO uploads VALUES (?, 'stored')`, transaction)
        this.#database.exec('COMMIT')
      }
      return result
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }

  #run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#database.prepare(sql).run(...values).changes)
  }

  #first(sql: string, ...values: SQLInputValue[]) {
    return this.#database.prepare(sql).get(...values)
  }
}
