import { checkOptions } from '../errors/check-options.ts'
import { inField } from '../errors/in-field.ts'
import { toLimit } from '../errors/limit.ts'
import { oneOf, OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { tellValue } from '../errors/tell-value.ts'
import { isUploadError, UploadError } from '../errors/upload-error.ts'
import { toClientPath } from '../filename/client-path.ts'
import { extensionOf } from '../filename/extension.ts'
import { pathFromKey } from '../filename/key.ts'
import { claimedType } from '../media/claimed-type.ts'
import { DEFAULTS } from '../media/extension-groups.ts'
import { combineRules, extensionTest, listExtensions } from '../media/extension-rule.ts'
import { mediaType, OCTET_STREAM } from '../media/type-by-name.ts'
import { checkStorage } from '../storage/check-storage.ts'
import type { DeleteOptions, ListOptions, StorageEntry } from '../storage/storage.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import { adoptFile } from './adopt-file.ts'
import type { AdoptOptions } from './adopt-file.ts'
import { adoptPath } from './adopt-path.ts'
import { checkFile } from './check-file.ts'
import type { CheckedFile } from './checked-file.ts'
import { ConflictNumbers } from './conflict-numbers.ts'
import { fromDraftNote } from './draft-note.ts'
import type { DraftSource } from './draft-source.ts'
import type { SaveSource } from './file-source.ts'
import { manyFiles, oneFile, optionalFile } from './file-input.ts'
import type { FileCount, FileInput, InputPlacement } from './file-input.ts'
import { FileInspection } from './file-inspection.ts'
import { impliedRecord } from './implied-record.ts'
import { checkInputPlacement, INPUT_PLACEMENT_KINDS } from './input-placement.ts'
import type { ExpectedContent } from './inspection.ts'
import { OpenSetFile } from './open-stored-file.ts'
import type { OpenStoredFile } from './open-stored-file.ts'
import { checkChosenKey, toKeyNaming } from './key-naming.ts'
import { toOwnName, toPlace } from './placement.ts'
import type { OwnName, Place } from './placement.ts'
import { SAVE_KINDS, saveSource } from './save-source.ts'
import type { SaveOptions } from './save-source.ts'
import { toKey } from './to-key.ts'
import { UploadDraft } from './upload-draft.ts'
import type { Admission } from './upload-draft.ts'
import { fieldOf } from './upload-head.ts'
import type { Placement, UploadHead } from './upload-head.ts'
import type { UploadSetOptions } from './upload-set-options.ts'

/** A page of stored files. */
export interface StoredFilePage {
  readonly files: readonly StoredFile[]
  /** Pass it as `cursor` for the following page; absent on the last. */
  readonly next?: string
}

/** A named policy together with a storage: the names, types and sizes that it takes, and how it names files. */
export interface UploadSet<Name extends string = string> extends DraftSource {
  readonly name: Name
  /** Bytes that a file needs at least. */
  readonly minFileSize: number
  /** The extensions that are taken, lower-case, without dots; `undefined` if they cannot be listed. */
  readonly extensions: readonly string[] | undefined
  /** Whether the folders in a client's name for a file are kept (`folders: 'keep'`). */
  readonly keepsFolders: boolean

  /** True if the set takes files of this name. `draft` also judges the other claims. */
  allows(filename: string): boolean
  /**
   * Stores a file: one of `receive`, a `File` or `Blob`, or a stream. It is visible when it is whole, and never before.
   *
   * @throws {UploadError} `type-not-allowed` and `type-mismatch` (415), `file-too-large` (413), `file-too-small` (422).
   *   Also `invalid-name` (400), `storage-full` (507), `storage-failed` (500), and `no-file-selected` (422) for a file
   *   input in which nothing was chosen.
   * @throws {TypeError} for a folder that is not safe, and for a source without a name.
   */
  save(source: SaveSource, options?: SaveOptions): Promise<StoredFile>
  /**
   * Judges a file as `save` does, and stores nothing. Resolves to the facts that the set has found. A stream, and a
   * part of `parts`, can be read once: it is used up afterwards. If the set has checks, the bytes of such a source are
   * held in a draft of the storage meanwhile.
   *
   * @throws as `save`, for names, types, sizes and checks.
   */
  check(source: SaveSource, options?: SaveOptions): Promise<CheckedFile>
  /**
   * Takes a stored file of another set: it gets a name of this set, and leaves the other set. The policy of this set
   * applies, as if the file were uploaded. The client's name and a recorded digest go along. Within one storage, no
   * bytes are copied if the storage can do that.
   *
   * At any moment, the file is in one of the sets. If the process dies in between, it may be in both. Resolves to
   * `undefined` if there is no such file. If several callers adopt it, one of them gets it.
   *
   * @throws as `save`; the file then stays in the other set.
   * @throws {TypeError} for a `StoredFile` of another set than `source`.
   */
  adopt(source: DraftSource, file: StoredFile | string, options?: AdoptOptions): Promise<StoredFile | undefined>
  /**
   * Takes a file that another program has written to the disk, such as `sharp` or `ffmpeg`. It becomes a stored file,
   * and leaves its path. Its filename is `filename` or `name`; default the last segment of the path. The program must
   * be done with it. On the file system of the storage, no bytes are copied. Never pass a path that a client has
   * chosen.
   *
   * @throws as `save`; the file then stays at its path.
   * @throws {TypeError} if the path leads to a symlink, a folder, nothing or a file of this storage. Also if the
   *   storage has no files on the disk.
   */
  adoptPath(path: string, options?: SaveOptions): Promise<StoredFile>
  /** A file input of `uploadForm` that needs one file. */
  one<Native>(placement?: InputPlacement<Native>): FileInput<StoredFile>
  /** A file input of `uploadForm` that may stay empty. */
  optional<Native>(placement?: InputPlacement<Native>): FileInput<StoredFile | undefined>
  /** A file input of `uploadForm` that takes several files: from `min` (default 0) to `max` (default `maxFiles`). */
  many<Native>(options?: FileCount & InputPlacement<Native>): FileInput<StoredFile[]>
  /** The stored file of a key; `undefined` if there is none. */
  get(key: string): Promise<StoredFile | undefined>
  open(file: StoredFile | string): Promise<OpenStoredFile | undefined>
  /** A page of stored files, by default the first 100 by key; see `ListOptions`. */
  list(options?: ListOptions): Promise<StoredFilePage>
  /**
   * True if the file existed and is deleted now. With a `version` (of `StorageEntry`), only the file of that version is
   * deleted, and not a later one with the same key.
   */
  delete(file: StoredFile | string, options?: DeleteOptions): Promise<boolean>
  /**
   * The URL of the file.
   *
   * @throws {TypeError} if the set has no `url`.
   */
  url(file: StoredFile | string): string
  /**
   * The file's path on disk.
   *
   * @throws {TypeError} if the storage has no paths.
   */
  path(file: StoredFile | string): string
}

const SET_KINDS: OptionKinds<UploadSetOptions> = {
  storage: OPTION_KINDS.own,
  extensions: OPTION_KINDS.own,
  allow: OPTION_KINDS.own,
  deny: OPTION_KINDS.own,
  maxFileSize: OPTION_KINDS.size,
  minFileSize: OPTION_KINDS.size,
  maxFiles: OPTION_KINDS.size,
  content: oneOf('verify', 'exact', 'trust'),
  checks: OPTION_KINDS.calls,
  // `sha256` would create a digest field that no client understands.
  digest: oneOf('sha-256'),
  naming: {
    says: '"safe", "werkzeug", "unique" or a function',
    takes: (value) => typeof value === 'function' || value === 'safe' || value === 'werkzeug' || value === 'unique',
  },
  folders: oneOf('keep', 'drop'),
  url: OPTION_KINDS.text,
}

const MANY_KINDS: OptionKinds<FileCount & InputPlacement> = {
  ...INPUT_PLACEMENT_KINDS,
  min: OPTION_KINDS.own,
  max: OPTION_KINDS.own,
}
const ADOPT_KINDS: OptionKinds<AdoptOptions> = { ...SAVE_KINDS, version: OPTION_KINDS.text }
const LIST_KINDS: OptionKinds<ListOptions> = {
  folder: OPTION_KINDS.text,
  order: oneOf('name', 'newest'),
  limit: OPTION_KINDS.own,
  cursor: OPTION_KINDS.text,
}

/**
 * A set of uploads: Flask-Uploads' `UploadSet`, with types.
 *
 * @example
 * ```ts
 * const storage = diskStorage('uploads/photos')
 * const photos = uploadSet('photos', { storage, extensions: IMAGES, maxFileSize: 16 * MiB })
 * const photo = await photos.save(file, { folder: user.id })
 * ```
 * @throws {TypeError} for a name that has other characters than letters, digits, `-` and `_`, and for a missing
 *   storage. Also for an unknown option, and for an option with a value of another type or one that it cannot have.
 *   Also for another `naming` than `unique` on a storage that gives each key once.
 */
export function uploadSet<const Name extends string>(name: Name, options: UploadSetOptions): UploadSet<Name> {
  if (typeof name !== 'string' || !/^[\p{L}\p{N}][\p{L}\p{N}_-]*$/u.test(name)) {
    throw new TypeError(`${tellValue(name)} cannot name an upload set: use letters, digits, "-" and "_".`)
  }
  checkOptions(`the upload set "${name}"`, options, SET_KINDS)
  const { storage, content = 'verify', checks = [], digest } = options
  checkStorage(`The upload set "${name}"`, storage)
  const naming = toKeyNaming(name, storage, options.naming)
  const extensionRule = combineRules({
    extensions: options.extensions ?? DEFAULTS,
    allow: options.allow,
    deny: options.deny,
  })
  const extensions = listExtensions(extensionRule)
  const isAllowed = extensionTest(extensionRule)
  const maxFileSize = toLimit('maxFileSize', options.maxFileSize, 32 * 1024 ** 2)
  const minFileSize = toLimit('minFileSize', options.minFileSize, 0)
  const maxFiles = toLimit('maxFiles', options.maxFiles, 100)
  const numbers = new ConflictNumbers()
  const keepsFolders = options.folders === 'keep'
  const rule = { naming, keepsFolders }

  const toStoredFile = (entry: StorageEntry): StoredFile => {
    const { key, size, storedAt, record } = entry
    const described = record ?? impliedRecord(key)
    return { set: name, key, ...described, size, storedAt: storedAt.toISOString() }
  }

  const expected = (filename: string, ownExtension: string, mode: 'verify' | 'exact'): ExpectedContent => {
    const extension = extensionOf(filename) || ownExtension
    return { extension, isClients: extension === ownExtension, mode, takes: isAllowed }
  }

  const placeOf = (own: OwnName, placement: Placement, field: string | undefined): Place => {
    try {
      return toPlace(own, placement, naming)
    } catch (error) {
      throw inField(error, field)
    }
  }

  /** The decisions about a file before its bytes come. */
  const admit = (head: UploadHead, placement: Placement): Admission => {
    const { filename, size } = head
    const own = toOwnName(filename, rule)
    if ('fault' in own) throw new UploadError('invalid-name', { filename, ...own.fault, ...fieldOf(head) })
    const place = placeOf(own, placement, head.field)
    const ownExtension = extensionOf(own.name)
    // The set has to take the client's name and the final name: neither may bring in the other.
    for (const extension of [ownExtension, extensionOf(place.name) || ownExtension]) {
      if (!isAllowed(extension)) {
        const allowed = extensions && { allowed: extensions }
        throw new UploadError('type-not-allowed', { filename, extension, ...allowed, ...fieldOf(head) })
      }
    }
    if (size !== undefined && size > maxFileSize) {
      throw new UploadError('file-too-large', { limit: maxFileSize, filename, ...fieldOf(head) })
    }
    const type = [place.name, own.name].map(mediaType).find((known) => known !== OCTET_STREAM)
    return {
      set: name,
      head,
      // The folders are in the key. So a file in a folder needs no record of its own for its name.
      record: { filename: keepsFolders ? toClientPath(filename).name : filename, type: type ?? claimedType(head.type) },
      maxFileSize,
      minFileSize,
      place,
      numbers,
      storage,
      toStoredFile,
      inspection: { content: content === 'trust' ? undefined : expected(place.name, ownExtension, content), checks },
      digest,
    }
  }

  const set: UploadSet<Name> = {
    name,
    storage,
    maxFileSize,
    minFileSize,
    maxFiles,
    extensions,
    keepsFolders,

    allows(filename) {
      const own = toOwnName(filename, rule)
      return !('fault' in own) && isAllowed(extensionOf(own.name))
    },

    draft(head, placement = {}, { reads, ...draftOptions } = {}) {
      const admission = admit(head, placement)
      const { size } = head
      // Create the draft last: if the set refuses, there is no draft to discard.
      const draft = storage.createDraft({ ...draftOptions, ...(size !== undefined && { expectedSize: size }) })
      return new UploadDraft(draft, admission, reads)
    },

    inspection(head, placement = {}) {
      return new FileInspection(admit(head, placement))
    },

    async claim(id, placement = {}) {
      const claimed = await storage.claim?.(id)
      if (claimed === undefined) return undefined
      const { sealed, expiresAt } = claimed
      const note = fromDraftNote(claimed.note)
      try {
        if (note?.set !== name) {
          // It belongs to another set of the same storage.
          await sealed.keep?.(expiresAt, claimed.note)
          return undefined
        }
        const head = { ...note.head, size: sealed.size }
        const place = typeof placement === 'function' ? placement(head) : placement
        const admission = { ...admit(head, place), record: note.record }
        return { draft: new UploadDraft(sealed, admission), expiresAt }
      } catch (error) {
        // If the application has failed, the next try gets the file.
        if (isUploadError(error)) await sealed.discard()
        else await sealed.keep?.(expiresAt, claimed.note)
        throw error
      }
    },

    one(placement = {}) {
      checkInputPlacement('one', placement, INPUT_PLACEMENT_KINDS)
      checkChosenKey(naming, placement.key)
      return oneFile(set, placement)
    },
    optional(placement = {}) {
      checkInputPlacement('optional', placement, INPUT_PLACEMENT_KINDS)
      checkChosenKey(naming, placement.key)
      return optionalFile(set, placement)
    },
    many(fileCount = {}) {
      checkInputPlacement('many', fileCount, MANY_KINDS)
      checkChosenKey(naming, fileCount.key)
      return manyFiles(set, fileCount)
    },

    async save(source, saveOptions = {}) {
      checkOptions('save', saveOptions, SAVE_KINDS)
      return await saveSource(set, source, saveOptions)
    },

    async check(source, saveOptions = {}) {
      checkOptions('check', saveOptions, SAVE_KINDS)
      return await checkFile(set, source, saveOptions, checks.length > 0)
    },

    async adopt(source, file, adoptOptions = {}) {
      checkOptions('adopt', adoptOptions, ADOPT_KINDS)
      return await adoptFile({ storage, admit }, source, toKeyIn(source, file), adoptOptions)
    },

    async adoptPath(path, saveOptions = {}) {
      checkOptions('adoptPath', saveOptions, SAVE_KINDS)
      return await adoptPath({ storage, admit }, path, saveOptions)
    },

    async get(key) {
      const entry = await storage.stat(key)
      return entry === undefined ? undefined : toStoredFile(entry)
    },

    async open(file) {
      const open = await storage.open(toKey(file))
      return open === undefined ? undefined : new OpenSetFile(open, toStoredFile)
    },

    async list(listOptions = {}) {
      checkOptions('list', listOptions, LIST_KINDS)
      const { entries, next } = await storage.list(listOptions)
      return { files: entries.map(toStoredFile), ...(next !== undefined && { next }) }
    },

    async delete(file, deleteOptions = {}) {
      // A misspelt `version` would delete whichever file has the key.
      checkOptions('delete', deleteOptions, { version: OPTION_KINDS.text } satisfies OptionKinds<DeleteOptions>)
      return await storage.delete(toKey(file), deleteOptions)
    },

    url(file) {
      if (options.url === undefined)
        throw new TypeError(`Give the upload set "${name}" a url, at which its files are served.`)
      return `${options.url.replace(/\/+$/, '')}/${pathFromKey(toKey(file))}`
    },

    path(file) {
      if (storage.path === undefined) throw new TypeError(`A storage of kind "${storage.kind}" has no paths.`)
      return storage.path(toKey(file))
    },
  }
  return set
}

function toKeyIn(source: DraftSource, file: StoredFile | string): string {
  // JavaScript may pass a file in place of the set.
  const set: unknown = source
  if (typeof set !== 'object' || set === null || !('storage' in set)) {
    throw new TypeError(`adopt needs the set that has the file: adopt(set, file). ${tellValue(source)} is not a set.`)
  }
  if (typeof file === 'object' && file !== null && file.set !== source.name) {
    throw new TypeError(`The file belongs to the upload set "${file.set}", not to "${source.name}".`)
  }
  return toKey(file)
}
