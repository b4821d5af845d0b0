import type { ExtensionRule } from '../media/extension-rule.ts'
import type { Storage } from '../storage/storage.ts'
import type { Check } from './check.ts'

/** The rule by which a set makes the name of a file in the storage. */
export type Naming =
  /**
   * The client's name made safe for every system (`storedName`), letters of every script kept; a taken name gets `_1`,
   * `_2`, ...
   */
  | 'safe'
  /**
   * As `safe`, with Werkzeug's `secure_filename`, which keeps ASCII only, and with the extension in lower case, as in
   * Flask.
   */
  | 'werkzeug'
  /**
   * `<128 random bits>/<safe name>`, which is never taken and cannot be guessed. Folders that are kept come first. If
   * the storage gives each key once, the id begins with the time instead, and has 80 random bits. Its order is that of
   * time, newest first.
   */
  | 'unique'
  /**
   * A function from the client's name, made safe by `storedName`, to a name with its extension. If the result has a
   * `/`, the text before the last one is the folder; a folder that is not safe is a TypeError. The name is made safe
   * again. The function does not see folders that are kept: they lie below the folder of its result.
   */
  | ((filename: string) => string)

/** Options of `uploadSet`: the policy, and the storage. */
export interface UploadSetOptions {
  readonly storage: Storage
  /** Extensions that are taken; default `DEFAULTS`: text, documents, images and data. `ALL` takes every one. */
  readonly extensions?: ExtensionRule | undefined
  /** Extensions that are taken in addition to `extensions`. */
  readonly allow?: ExtensionRule | undefined
  /** Extensions that are not taken, even if `extensions` or `allow` name them. */
  readonly deny?: ExtensionRule | undefined
  /** Bytes of one file. Default 32 MiB. */
  readonly maxFileSize?: number | undefined
  /** Bytes that a file needs at least; 1 refuses empty files. Default 0. */
  readonly minFileSize?: number | undefined
  /** Files of one request. Default 100. */
  readonly maxFiles?: number | undefined
  /**
   * `verify`, the default: the first bytes of a file have to agree with its extension, so that HTML is never a PNG.
   * Another format of the same kind is taken too, such as a PNG in `photo.jpg`, if the set takes it under its own
   * extension. The type that the bytes prove is recorded and served. `exact`: the format has to be that of the
   * extension. `trust`: the extension decides alone.
   */
  readonly content?: 'verify' | 'exact' | 'trust' | undefined
  /**
   * Functions that run on each whole file, in order, before other readers can see it. If one throws, the file is
   * refused. Default none.
   */
  readonly checks?: readonly Check[] | undefined
  /**
   * The digest to take of each file as it arrives. It is kept in the record, and served as `Repr-Digest` (RFC 9530).
   * Default none.
   */
  readonly digest?: 'sha-256' | undefined
  /** Default `safe`; on a storage that gives each key once, `unique`, which is the only one there. */
  readonly naming?: Naming | undefined
  /**
   * `keep`: the folders in a client's name for a file (`trip/day-1/a.jpg`) become folders of the storage. They lie
   * below the folder that your code chooses, and get their names by the rule of `naming`. At most 16 folders, of 512
   * bytes together; `..` is refused. `drop`, the default: only the last segment of the name counts.
   */
  readonly folders?: 'keep' | 'drop' | undefined
  /**
   * The URL at which the files are served, such as `/uploads` or `https://files.example`. `url` puts it before a key.
   */
  readonly url?: string | undefined
}
