import { Failures } from '../failures.ts'
import { endDeletion, LEFT_DELETION_MS } from './deletion.ts'
import { claimKept, findKept } from './kept-drafts.ts'
import { abortUpload } from './multipart-upload.ts'
import type { ListedObject } from './s3-bucket.ts'
import type { S3Place } from './s3-place.ts'
import type { S3Recovery } from './s3-recovery.ts'
import { sweepRecord } from './sealed-s3-draft.ts'
import { settleTransaction } from './settle-transaction.ts'
import { lastChange, listUploads } from './uploads.ts'
import type { ListedUpload } from './uploads.ts'

/** Milliseconds between two looks at the transactions, while the storage is in use. */
const LOOK_MS = 60_000
/** So many looks apart, a whole sweep comes instead. */
const LOOKS = 60

const DAY_MS = 24 * 60 * 60 * 1000
/** A draft without a change for so long belongs to no request any more. */
const LEFT_DRAFT_MS = DAY_MS
/** An upload that began so long ago, and whose last part came a day ago, is given up. */
const LEFT_UPLOAD_MS = 7 * DAY_MS

/** The private objects of a bucket, by what they belong to. */
interface PrivateObjects {
  /** The time of the engine. */
  readonly now: number
  readonly drafts: ReadonlyMap<string, readonly ListedObject[]>
  readonly transactions: ReadonlyMap<string, readonly ListedObject[]>
  readonly deletions: readonly ListedObject[]
  readonly probes: readonly ListedObject[]
}

/** Removes what processes have left in a bucket, and settles their transactions. */
export class S3Sweeper {
  readonly #place: S3Place
  readonly #recovery: S3Recovery
  #sweeping: Promise<number> | undefined
  #looking: Promise<void> | undefined
  #looks = 0
  #timer: NodeJS.Timeout | undefined

  constructor(place: S3Place, recovery: S3Recovery) {
    this.#place = place
    this.#recovery = recovery
  }

  /** Resolves to the number of discarded drafts. Rejects with the first failure, after trying everything. */
  sweep(): Promise<number> {
    this.watch()
    this.#sweeping ??= this.#sweepOnce().finally(() => {
      this.#sweeping = undefined
    })
    return this.#sweeping
  }

  /** Looks again and again from now on. The timer does not keep the process alive. */
  watch(): void {
    this.#timer ??= setInterval(() => void this.#look(), LOOK_MS).unref()
  }

  /** Ends the watch, and waits for its running work. Never rejects. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    await this.#looking
    await this.#sweeping?.catch(() => {})
  }

  /** Never rejects: the next `sweep` tells failures. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #lookOnce(): Promise<void> {
    try {
      if (++this.#looks % LOOKS === 0) await this.sweep()
      else await this.#settleAll(await this.#list(this.#place.names.transactions), new Failures())
    } catch {
      // The engine does not answer: the next look may find it again.
    }
  }

  /** Resolves to the ids of the drafts and uploads that transactions still need; `undefined` if that is not known. */
  async #settleAll({ transactions, now }: PrivateObjects, failures: Failures): Promise<Set<string> | undefined> {
    let busy: Set<string> | undefined = new Set()
    for (const [folder, objects] of transactions) {
      const found = { folder, objects, now, ...this.#recovery }
      const held = await failures.during(() => settleTransaction(this.#place, found))
      if (held === undefined) busy = undefined
      for (const { draft, upload } of held ?? []) busy?.add(upload?.uploadId ?? draft)
    }
    return busy
  }

  async #sweepOnce(): Promise<number> {
    const failures = new Failures()
    let count = await this.#sweepExpired()
    const found = await this.#list(this.#place.names.private)
    const busy = await this.#settleAll(found, failures)
    for (const [draft, objects] of found.drafts) {
      if (busy?.has(draft) !== false) continue
      if (await failures.during(() => this.#sweepDraft(draft, objects, found.now))) count++
    }
    for (const { name, lastModified } of found.deletions) {
      if (found.now - lastModified.getTime() < LEFT_DELETION_MS) continue
      await failures.during(() => endDeletion(this.#place, name))
    }
    const probes = found.probes.filter(({ lastModified }) => found.now - lastModified.getTime() >= DAY_MS)
    await failures.during(() => this.#place.bucket.deleteAll(probes.map(({ name }) => name)))
    if (busy !== undefined) count += await this.#sweepUploads(found.now, busy, failures)
    failures.throwFirst()
    return count
  }

  /** Drafts of this process whose time is over. */
  async #sweepExpired(): Promise<number> {
    const over = [...this.#place.expiring].filter(([, expiresAt]) => expiresAt.getTime() <= this.#clock)
    for (const [draft] of over) {
      this.#place.expiring.delete(draft)
      await draft.expire()
    }
    return over.length
  }

  get #clock(): number {
    return Date.now() + this.#recovery.world.skewMs
  }

  async #list(prefix: string): Promise<PrivateObjects> {
    const { bucket, names } = this.#place
    const drafts = new Map<string, ListedObject[]>()
    const transactions = new Map<string, ListedObject[]>()
    const deletions: ListedObject[] = []
    const probes: ListedObject[] = []
    let now = 0
    for await (const page of bucket.listAll({ prefix })) {
      now = page.now + this.#recovery.world.skewMs
      for (const object of page.objects) {
        const { name } = object
        if (name.startsWith(names.drafts)) add(drafts, name.slice(names.drafts.length).split('/')[0] ?? '', object)
        else if (name.startsWith(names.transactions))
          add(transactions, name.slice(0, name.lastIndexOf('/') + 1), object)
        else if (name.startsWith(names.deletions)) deletions.push(object)
        else if (name.startsWith(names.probes)) probes.push(object)
      }
    }
    return { now, drafts, transactions, deletions, probes }
  }

  /** True if the draft is gone now. */
  async #sweepDraft(draft: string, objects: readonly ListedObject[], now: number): Promise<boolean> {
    const { bucket, names } = this.#place
    const kept = findKept(objects)
    const listed = objects.map(({ name }) => name)
    if (kept === undefined) {
      const changed = Math.max(...objects.map(({ lastModified }) => lastModified.getTime()))
      if (now - changed < LEFT_DRAFT_MS) return false
      if (listed.includes(names.recordMark(draft))) await sweepRecord(this.#place, draft)
      await bucket.deleteAll(listed)
      return true
    }
    if (kept.expiresAt.getTime() > this.#clock) return false
    // A request may claim it at the same time, by a clock that is behind.
    const claim = await claimKept(this.#place, draft, kept)
    if (claim === undefined) return false
    await bucket.deleteAll([...listed, claim])
    return true
  }

  async #sweepUploads(now: number, busy: ReadonlySet<string>, failures: Failures): Promise<number> {
    const { bucket, names } = this.#place
    let count = 0
    const sweepAll = async (): Promise<void> => {
      for await (const upload of listUploads(bucket, names.root)) {
        // Another process may be about to complete the upload of a transaction.
        if (now - upload.initiated.getTime() < LEFT_UPLOAD_MS || busy.has(upload.uploadId)) continue
        if (await failures.during(() => this.#sweepUpload(upload, now))) count++
      }
    }
    await failures.during(sweepAll)
    return count
  }

  /** True if the upload is gone now. */
  async #sweepUpload(upload: ListedUpload, now: number): Promise<boolean> {
    const { bucket } = this.#place
    const last = await lastChange(bucket, upload, upload.initiated)
    if (last === undefined || now - last.getTime() < DAY_MS) return false
    await abortUpload(bucket, upload)
    return true
  }
}

function add<Item>(groups: Map<string, Item[]>, name: string, item: Item): void {
  const group = groups.get(name)
  if (group === undefined) groups.set(name, [item])
  else group.push(item)
}
