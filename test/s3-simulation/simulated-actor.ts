import { newTimedId, timedFolder } from '../../src/storage/timed-id.ts'
import { bytesOf } from './bytes-of.ts'
import type { FileRecord, ListPage, StorageEntry } from '../../src/storage/storage.ts'
import type { SealedDraft } from '../../src/storage/draft.ts'
import type { SeededRandom } from '../endurance/seeded-random.ts'
import { isSafe } from './ledger.ts'
import type { Ledger, LedgerFile, LedgerForm } from './ledger.ts'
import { PLACES } from './simulated-process.ts'
import type { PlaceName, SimulatedProcess } from './simulated-process.ts'

/** The largest files have several parts, and are copied in several parts. */
const SIZES = [0, 1, 40, 64, 65, 130, 200, 400]

const MINUTE_MS = 60_000
const DAY_MS = 1440 * MINUTE_MS

/** A file that does not exist yet. */
export type PlannedFile = Pick<LedgerFile, 'place' | 'key' | 'bytes' | 'record'>

/** Does what a server does, in a process that may die. */
export class SimulatedActor {
  readonly process: SimulatedProcess
  readonly ledger: Ledger
  readonly random: SeededRandom
  /** The time of the engine. */
  readonly now: () => number

  constructor(process: SimulatedProcess, ledger: Ledger, random: SeededRandom, now: () => number) {
    this.now = now
    this.process = process
    this.ledger = ledger
    this.random = random
  }

  wait<Result>(result: Promise<Result>): Promise<Result> {
    return this.process.wait(result)
  }

  /** The result, or `undefined` if it is rejected. */
  async try<Result>(result: Promise<Result>): Promise<{ readonly value: Result } | undefined> {
    try {
      return { value: await this.wait(result) }
    } catch (error) {
      if (this.process.isDead) throw error
      if (error instanceof TypeError) this.fault(`a TypeError: ${error.stack}`)
      return undefined
    }
  }

  fault(text: string): void {
    this.ledger.faults.push(`${this.process.name}: ${text}`)
  }

  plan(place: PlaceName = this.random.pick(PLACES)): PlannedFile {
    const record = this.#record()
    const id = timedFolder(newTimedId(), record !== undefined)
    const bytes = Buffer.alloc(this.random.pick(SIZES), id)
    return { place, key: `${this.random.chance(0.3) ? 'folder/' : ''}${id}/file.txt`, bytes, record }
  }

  note(planned: PlannedFile, form?: LedgerForm): LedgerFile {
    const file: LedgerFile = { ...planned, stored: 'open', deletions: [], form }
    this.ledger.files.push(file)
    return file
  }

  /** A sealed draft with the bytes of a file. `undefined` if that was refused. */
  async seal(file: PlannedFile, mayIntend: boolean): Promise<SealedDraft | undefined> {
    const expiresAt = this.random.chance(0.1) ? new Date(Date.now() + this.random.pick([1, DAY_MS])) : undefined
    const expectedSize = file.bytes.length
    const options = expiresAt === undefined ? { expectedSize } : { expectedSize, expiresAt }
    const draft = this.process.storages[file.place].createDraft(options)
    if (mayIntend && this.random.chance(0.6)) draft.intend?.(file.key, file.record)
    for (let at = 0; at < file.bytes.length; at += 50) {
      const wait = draft.append(file.bytes.subarray(at, at + 50))
      if (wait !== undefined && (await this.try(wait)) === undefined) break
    }
    if (this.random.chance(0.05)) {
      await this.wait(draft.discard())
      return undefined
    }
    const sealed = await this.try(draft.seal())
    if (sealed === undefined) await this.wait(draft.discard())
    return sealed?.value
  }

  async upload(): Promise<void> {
    const planned = this.plan()
    const sealed = await this.seal(planned, true)
    if (sealed !== undefined) await this.publish(sealed, planned)
  }

  async publish(sealed: SealedDraft, planned: PlannedFile): Promise<void> {
    const file = this.note(planned)
    for (let attempt = 0; attempt < 2; attempt++) {
      if (this.random.chance(0.05)) {
        await this.wait(sealed.discard())
        if (attempt === 0) file.stored = 'refused'
        return
      }
      const published = await this.try(sealed.publish(file.key, file.record))
      if (published?.value !== undefined) {
        file.stored = 'done'
        this.#compare(file, published.value)
        return
      }
      file.stored = 'unclear'
      if (published !== undefined) {
        this.fault(`${file.key} is taken, but its id is new`)
        return
      }
    }
    await this.wait(sealed.discard())
  }

  async adopt(): Promise<void> {
    const source = this.#pick(this.ledger.known)
    if (source === undefined) return
    const storage = this.process.storages[source.place]
    const wasSafe = isSafe(source)
    const entry = await this.try(storage.stat(source.key))
    if (entry?.value === undefined) return this.#mustNotBeSafe(source, entry !== undefined && wasSafe)
    const sealed = await this.try(storage.draftOf(source.key, entry.value.version))
    if (sealed === undefined) return
    if (sealed.value === undefined) return this.#mustNotBeSafe(source, true)
    await this.publish(sealed.value, { ...this.plan(source.place), bytes: source.bytes })
  }

  async delete(): Promise<void> {
    const file = this.#pick(this.ledger.known)
    if (file === undefined) return
    const wasSafe = isSafe(file)
    const index = file.deletions.push('open') - 1
    const deleted = await this.try(this.process.storages[file.place].delete(file.key))
    file.deletions[index] = deleted === undefined ? 'unclear' : deleted.value ? 'done' : 'refused'
    if (deleted?.value === false && wasSafe && file.deletions.length === 1) {
      this.fault(`delete found no ${file.key}, which is there`)
    }
    if (file.deletions.filter((outcome) => outcome === 'done').length > 1) this.fault(`${file.key} was deleted twice`)
  }

  /** Sets a draft aside. Two claim it, and the one that gets it publishes it. */
  async keep(others: readonly SimulatedActor[]): Promise<void> {
    const began = this.now()
    const planned = this.plan()
    const sealed = await this.seal(planned, false)
    if (sealed === undefined) return
    const isBrief = this.random.chance(0.2)
    const expiresAt = new Date(Date.now() + (isBrief ? 1 : 60 * MINUTE_MS))
    const kept = await this.try(sealed.keep?.(expiresAt, planned.key) ?? Promise.resolve())
    if (kept === undefined) return this.wait(sealed.discard())
    const claimers = [this.random.pick(others), this.random.pick(others)]
    const claims = claimers.map(async (actor) => {
      const claimed = await actor.try(actor.process.storages[planned.place].claim(sealed.id))
      const draft = claimed?.value
      if (claimed !== undefined && draft === undefined) return 'refused'
      if (draft === undefined) return 'unclear'
      if (draft.note !== planned.key) actor.fault(`the note of a kept draft is ${draft.note}`)
      if (draft.sealed.size !== planned.bytes.length) actor.fault(`a kept draft has another size`)
      return draft.sealed
    })
    const results = await Promise.all(claims.map((claim) => claim.catch(() => 'unclear' as const)))
    if (this.process.isDead) return
    const drafts = results.flatMap((result) => (typeof result === 'string' ? [] : [result]))
    if (drafts.length > 1) this.fault(`two claims got the draft ${sealed.id}`)
    const isYoung = this.now() - began < DAY_MS
    if (!isBrief && isYoung && drafts.length === 0 && results.every((result) => result === 'refused')) {
      this.fault(`the kept draft ${sealed.id} is gone`)
    }
    const [draft] = drafts
    const claimer = claimers[results.findIndex((result) => result === draft)]
    if (draft === undefined || claimer === undefined) return
    if (this.random.chance(0.3)) await claimer.try(draft.keep?.(expiresAt, planned.key) ?? Promise.resolve())
    else await claimer.publish(draft, planned)
  }

  async read(): Promise<void> {
    const file = this.#pick(this.ledger.known)
    if (file === undefined) return
    const wasSafe = isSafe(file)
    const opened = await this.try(this.process.storages[file.place].open(file.key))
    if (opened === undefined) return
    if (opened.value === undefined) return this.#mustNotBeSafe(file, wasSafe)
    this.#compare(file, opened.value.entry)
    const bytes = await this.try(bytesOf(opened.value.stream()))
    if (bytes !== undefined && !bytes.value.equals(file.bytes)) this.fault(`${file.key} has other bytes`)
  }

  async list(): Promise<void> {
    const place = this.random.pick(PLACES)
    const before = this.ledger.safe.filter((file) => file.place === place)
    const options = { order: this.random.pick(['name', 'newest'] as const), limit: this.random.pick([3, 1000]) }
    const keys: string[] = []
    let page: { readonly value: ListPage } | undefined
    do {
      const cursor = page?.value.next
      page = await this.try(this.process.storages[place].list({ ...options, ...(cursor !== undefined && { cursor }) }))
      if (page === undefined) return
      keys.push(...page.value.entries.map(({ key }) => key))
    } while (page.value.next !== undefined)
    if (new Set(keys).size !== keys.length) this.fault(`a list has a file twice`)
    for (const file of before) {
      if (isSafe(file) && !keys.includes(file.key)) this.fault(`a list by ${options.order} lacks ${file.key}`)
    }
  }

  async sweep(): Promise<void> {
    await this.try(this.process.storages[this.random.pick(PLACES)].sweep())
  }

  pickToDelete(): LedgerFile | undefined {
    return this.#pick(this.ledger.known)
  }

  #mustNotBeSafe(file: LedgerFile, wasSafe: boolean): void {
    if (wasSafe && isSafe(file)) this.fault(`${file.key} is not there`)
  }

  #compare(file: LedgerFile, entry: StorageEntry): void {
    const text = JSON.stringify([entry.key, entry.size, entry.record])
    if (text !== JSON.stringify([file.key, file.bytes.length, file.record])) {
      // A record beside the object is deleted after the object.
      if (entry.record === undefined && file.deletions.length > 0) return
      this.fault(`the entry of ${file.key} is ${text.slice(0, 200)}`)
    }
  }

  #pick(files: readonly LedgerFile[]): LedgerFile | undefined {
    return files.length === 0 ? undefined : this.random.pick(files.slice(-6))
  }

  #record(): FileRecord | undefined {
    const length = this.random.pick([0, 0, 1, 400])
    return length === 0 ? undefined : { filename: 'ü'.repeat(length), type: 'text/plain' }
  }
}
