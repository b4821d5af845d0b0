import { createHash } from 'node:crypto'
import { isKey } from '../../filename/key.ts'
import { utf8Length } from '../../filename/name-bytes.ts'

/** The private part of a bucket. No key of a file begins with a dot. */
const PRIVATE = '.decant/'

/** The most bytes of an object's name. */
const MOST_BYTES = 1024

/** The keys of objects: those of files, and those that only Decant reads. */
export class ObjectNames {
  /** Begins every object's key: empty, or with a slash at its end. */
  readonly root: string
  readonly private: string
  readonly drafts: string
  readonly transactions: string
  readonly deletions: string
  readonly probes: string

  constructor(prefix: string) {
    this.root = prefix === '' ? '' : `${prefix}/`
    this.private = this.root + PRIVATE
    this.drafts = `${this.private}drafts/`
    this.transactions = `${this.private}transactions/`
    this.deletions = `${this.private}deletions/`
    this.probes = `${this.private}probes/`
  }

  /** True for a key that names an object. S3 takes names of 1,024 bytes, with the prefix. */
  isKey(key: string): boolean {
    return isKey(key) && utf8Length(this.root) + utf8Length(key) <= MOST_BYTES
  }

  /** The object of a stored file. */
  file(key: string): string {
    return this.root + key
  }

  /** The folder of a draft, with a slash at its end. */
  draft(draft: string): string {
    return `${this.drafts}${draft}/`
  }

  /** The bytes of a draft. */
  bytes(draft: string): string {
    return `${this.draft(draft)}bytes`
  }

  /** The note of a draft that was set aside, for the time with this number. */
  kept(draft: string, number: number, expiresAt: Date): string {
    return `${this.draft(draft)}kept-${number}-${expiresAt.getTime()}`
  }

  /** Exists once a draft was claimed that was set aside for the time with this number. */
  claimed(draft: string, number: number): string {
    return `${this.draft(draft)}claimed-${number}`
  }

  /** Exists as long as a record may be there without its file. */
  recordMark(draft: string): string {
    return `${this.draft(draft)}record`
  }

  /** A record that does not fit into the metadata of its object. */
  record(draft: string): string {
    return `${this.private}records/${draft}`
  }

  /** The folder of a transaction, with a slash at its end. */
  transaction(id: string): string {
    return `${this.transactions}${id}/`
  }

  /** Exists while a file is being deleted. A hash, because a key may fill the whole name of an object. */
  deletion(key: string): string {
    return this.deletions + createHash('sha256').update(key).digest('hex')
  }

  /** The abilities of the engine, once they are known. */
  get abilities(): string {
    return `${this.private}engine`
  }
}
