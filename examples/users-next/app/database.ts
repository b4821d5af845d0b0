import { DatabaseSync } from 'node:sqlite'

export interface User {
  readonly id: number
  readonly name: string
}

export interface Profile {
  readonly about: string
  /** Keys of the picture and of its thumbnail. */
  readonly picture: string
  readonly thumb: string
}

export interface DocumentRow {
  readonly key: string
  readonly filename: string
  readonly size: number
}

const database = new DatabaseSync('users.db', { timeout: 5000 })
database.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, password TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS profiles (
    user INTEGER PRIMARY KEY REFERENCES users (id), about TEXT NOT NULL, picture TEXT NOT NULL, thumb TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS documents (
    key TEXT PRIMARY KEY, user INTEGER NOT NULL REFERENCES users (id), filename TEXT NOT NULL, size INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS uploads (id TEXT PRIMARY KEY);
`)

/**
 * Writes the rows of an upload, and its id. The COMMIT is the last step of its handler, so the id is there if and only
 * if the rows are.
 */
export function commitUpload(id: string, write: () => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    write()
    database.prepare('INSERT INTO uploads VALUES (?)').run(id)
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}

export function isCommitted(id: string): boolean {
  return database.prepare('SELECT 1 FROM uploads WHERE id = ?').get(id) !== undefined
}

export function userNamed(name: string): (User & { readonly password: string }) | undefined {
  const row = database.prepare('SELECT id, name, password FROM users WHERE name = ?').get(name)
  return row && { id: Number(row['id']), name: String(row['name']), password: String(row['password']) }
}

export function userById(id: number): User | undefined {
  const row = database.prepare('SELECT id, name FROM users WHERE id = ?').get(id)
  return row && { id: Number(row['id']), name: String(row['name']) }
}

export function addUser(name: string, password: string): number {
  return Number(
    database.prepare('INSERT INTO users (name, password) VALUES (?, ?)').run(name, password).lastInsertRowid,
  )
}

export function profileOf(user: number): Profile | undefined {
  const row = database.prepare('SELECT about, picture, thumb FROM profiles WHERE user = ?').get(user)
  return row && { about: String(row['about']), picture: String(row['picture']), thumb: String(row['thumb']) }
}

export function setProfile(user: number, { about, picture, thumb }: Profile): void {
  database.prepare('INSERT OR REPLACE INTO profiles VALUES (?, ?, ?, ?)').run(user, about, picture, thumb)
}

export function documentsOf(user: number): DocumentRow[] {
  const rows = database
    .prepare('SELECT key, filename, size FROM documents WHERE user = ? ORDER BY rowid DESC')
    .all(user)
  return rows.map(({ key, filename, size }) => ({
    key: String(key),
    filename: String(filename),
    size: Number(size),
  }))
}

export function addDocument(user: number, { key, filename, size }: DocumentRow): void {
  database.prepare('INSERT INTO documents VALUES (?, ?, ?, ?)').run(key, user, filename, size)
}

export function removeDocument(key: string): void {
  database.prepare('DELETE FROM documents WHERE key = ?').run(key)
}
