import { DatabaseSync } from 'node:sqlite'
import type { StoredFile } from 'decant'

export interface Post {
  readonly id: number
  readonly title: string
  /** Keys of its pictures. */
  readonly pictures: readonly string[]
}

/** The posts of a blog in an SQLite database. A row of `pictures` names a file by its key. */
export class Posts {
  readonly #database: DatabaseSync

  constructor(path: string) {
    this.#database = new DatabaseSync(path)
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA foreign_keys = ON;
      CREATE TABLE IF NOT EXISTS posts (id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE);
      CREATE TABLE IF NOT EXISTS pictures (key TEXT PRIMARY KEY, post INTEGER NOT NULL REFERENCES posts (id));
    `)
  }

  has(title: string): boolean {
    return this.#database.prepare('SELECT 1 FROM posts WHERE title = ?').get(title) !== undefined
  }

  /** All of it, or nothing. Its COMMIT is the last thing that it does: once that has succeeded, nothing may throw. */
  insert(title: string, pictures: readonly StoredFile[]): void {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const { lastInsertRowid } = this.#database.prepare('INSERT INTO posts (title) VALUES (?)').run(title)
      const insert = this.#database.prepare('INSERT INTO pictures (key, post) VALUES (?, ?)')
      for (const { key } of pictures) insert.run(key, lastInsertRowid)
      this.#database.exec('COMMIT')
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }

  /** Whether rows name all of these files. */
  knows(keys: readonly string[]): boolean {
    const find = this.#database.prepare('SELECT 1 FROM pictures WHERE key = ?')
    return keys.every((key) => find.get(key) !== undefined)
  }

  /** The latest first. */
  latest(count: number): Post[] {
    const posts = this.#database.prepare('SELECT id, title FROM posts ORDER BY id DESC LIMIT ?').all(count)
    const pictures = this.#database.prepare('SELECT key FROM pictures WHERE post = ? ORDER BY rowid')
    return posts.map(({ id, title }) => ({
      id: Number(id),
      title: String(title),
      pictures: pictures.all(Number(id)).map(({ key }) => String(key)),
    }))
  }
}
