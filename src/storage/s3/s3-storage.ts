import { checkOptions } from '../../errors/check-options.ts'
import { oneOf, OPTION_KINDS } from '../../errors/option-kinds.ts'
import type { OptionKinds } from '../../errors/option-kinds.ts'
import { tellValue } from '../../errors/tell-value.ts'
import type { ClaimedDraft, Draft, DraftOptions, SealedDraft } from '../draft.ts'
import type { DeleteOptions, ListOptions, ListPage, OpenFile, Storage, StorageEntry } from '../storage.ts'
import type { Recover, StorageTransaction, TransactionLeader } from '../transaction.ts'
import { checkEngine, tryToWrite } from './abilities.ts'
import { deleteFile } from './deletion.ts'
import { draftOfFile } from './draft-of-file.ts'
import { findFile } from './find-file.ts'
import type { FoundFile } from './find-file.ts'
import { claimDraft } from './kept-drafts.ts'
import { ObjectNames } from './object-names.ts'
import { OpenS3File, PublicS3File, SignedS3File } from './open-s3-file.ts'
import { PART_MEMORY } from './part-memory.ts'
import { S3Bucket } from './s3-bucket.ts'
import { newClient } from './s3-client.ts'
import { S3Draft } from './s3-draft.ts'
import { toS3Error } from './s3-error.ts'
import { listFiles } from './s3-list.ts'
import type { S3Place } from './s3-place.ts'
import type { S3World } from './s3-recovery.ts'
import type { S3StorageOptions } from './s3-storage-options.ts'
import { S3Sweeper } from './s3-sweeper.ts'
import { S3Transaction } from './s3-transaction.ts'

/** A storage in a bucket. */
export interface S3Storage extends Storage {
  readonly kind: 's3'
  readonly keys: 'once'
  readonly recover: Recover | undefined
  /**
   * Makes sure that the bucket can be used: its name, the credentials, the permissions and the abilities of the engine.
   * Without this call, the first upload does it.
   *
   * @throws {UploadError} `storage-failed`. Its cause tells what is wrong, and what to do.
   */
  check(): Promise<void>
  createTransaction(leader?: TransactionLeader): StorageTransaction
  claim(id: string): Promise<ClaimedDraft | undefined>
  draftOf(key: string, version: string): Promise<SealedDraft | undefined>
  close(): Promise<void>
}

const KINDS: OptionKinds<S3StorageOptions> = {
  bucket: OPTION_KINDS.text,
  prefix: OPTION_KINDS.text,
  client: OPTION_KINDS.object,
  endpoint: OPTION_KINDS.text,
  region: OPTION_KINDS.text,
  credentials: OPTION_KINDS.object,
  downloads: oneOf('server', 'redirect'),
  publicUrl: OPTION_KINDS.text,
  recover: OPTION_KINDS.call,
  recoverFences: OPTION_KINDS.flag,
}

/**
 * Keeps files in a bucket of S3, or of another engine that speaks its protocol. The key of a file is the key of its
 * object, behind the prefix. Drafts and transactions lie below `<prefix>/.decant/`. Any number of processes and
 * machines can use a bucket: all that they know of each other is in it.
 *
 * Keys are given once. So upload sets name their files by `unique` here, and the newest come first in the order of the
 * engine. The files of a transaction become visible one after the other, within seconds.
 *
 * The engine must refuse to overwrite with `If-None-Match: *`, and must read what it has just written. The first upload
 * finds out, or `check`.
 *
 * @example
 * ```ts
 * const storage = s3Storage({ bucket: 'uploads', endpoint: 'http://127.0.0.1:9000' })
 * const photos = uploadSet('photos', { storage, extensions: IMAGES })
 * ```
 * @throws {TypeError} for an unknown option and an option of another type. Also for a bucket, a prefix or a URL that is
 *   not valid.
 */
export function s3Storage(options: S3StorageOptions): S3Storage {
  return openS3Storage(options, { skewMs: 0 })
}

/** Like `s3Storage`, but tests can give it another time. */
export function openS3Storage(options: S3StorageOptions, world: S3World): S3Storage {
  checkS3Options(options)
  const { recover, recoverFences = false } = options
  const client = options.client ?? newClient(options)
  const bucket = new S3Bucket(client, options.bucket, options.client ?? options.endpoint ?? 'aws')
  const names = new ObjectNames(options.prefix ?? '')
  const prepare = async (): Promise<void> => {
    bucket.abilities = await checkEngine(bucket, names)
  }
  let checked: Promise<void> | undefined
  const ready = (): Promise<void> => {
    checked ??= prepare().catch((error: unknown) => {
      // The next upload tries again, because an operator may have mended it.
      checked = undefined
      throw error
    })
    return checked
  }
  const place: S3Place = { bucket, names, memory: PART_MEMORY, ready, transactions: new Map(), expiring: new Map() }
  const sweeper = new S3Sweeper(place, { recover, isFencing: recoverFences, world })
  const toOpenFile = openerOf(place, options)

  return {
    kind: 's3',
    keys: 'once',
    recover,
    check: () =>
      told(async () => {
        await ready()
        await tryToWrite(bucket, names)
      }),
    createDraft(draftOptions: DraftOptions = {}): Draft {
      sweeper.watch()
      return new S3Draft(place, draftOptions)
    },
    stat: (key: string): Promise<StorageEntry | undefined> => told(async () => (await findFile(place, key))?.entry),
    open(key: string): Promise<OpenFile | undefined> {
      return told(async () => {
        const found = await findFile(place, key)
        return found === undefined ? undefined : toOpenFile(found)
      })
    },
    list: (listOptions: ListOptions = {}): Promise<ListPage> => told(() => listFiles(place, listOptions)),
    delete: (key: string, { version }: DeleteOptions = {}): Promise<boolean> =>
      told(() => deleteFile(place, key, version)),
    sweep: (): Promise<number> => told(() => sweeper.sweep()),
    createTransaction(leader?: TransactionLeader): StorageTransaction {
      sweeper.watch()
      return new S3Transaction(place, leader)
    },
    claim: (id: string): Promise<ClaimedDraft | undefined> => told(() => claimDraft(place, id)),
    draftOf: (key: string, version: string): Promise<SealedDraft | undefined> =>
      told(() => draftOfFile(place, key, version)),
    async close(): Promise<void> {
      await sweeper.stop()
      if (options.client === undefined) client.destroy()
    },
  }
}

function checkS3Options(options: S3StorageOptions): void {
  checkOptions('s3Storage', options, KINDS)
  const { bucket, prefix, endpoint, publicUrl } = options
  if (bucket === undefined || !/^[\w.-]{3,255}$/.test(bucket)) {
    throw new TypeError(`s3Storage needs the name of a bucket, such as 'uploads'; got ${tellValue(bucket)}.`)
  }
  if (prefix !== undefined && prefix !== '' && !/^[^\s/][^/]*(?:\/[^/]+)*$/.test(prefix)) {
    throw new TypeError(`${tellValue(prefix)} is not a valid prefix: write it as 'uploads' or 'shop/uploads'.`)
  }
  for (const [name, url] of Object.entries({ endpoint, publicUrl })) {
    if (url === undefined || (URL.canParse(url) && /^https?:\/\/[^@]+$/.test(url))) continue
    throw new TypeError(`${name} must be a URL such as 'https://s3.example', without a name and a password.`)
  }
}

function openerOf(place: S3Place, { downloads, publicUrl }: S3StorageOptions): (found: FoundFile) => OpenFile {
  if (publicUrl !== undefined) {
    const root = publicUrl.replace(/\/$/, '')
    return (found) => new PublicS3File(place, found, root)
  }
  return downloads === 'redirect' ? (found) => new SignedS3File(place, found) : (found) => new OpenS3File(place, found)
}

/** Turns failures into the errors that storages reject with. */
async function told<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw toS3Error(error)
  }
}
