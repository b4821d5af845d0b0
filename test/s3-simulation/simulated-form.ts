import type { SealedDraft } from '../../src/storage/draft.ts'
import type { StorageTransaction } from '../../src/storage/transaction.ts'
import type { LedgerFile, LedgerForm } from './ledger.ts'
import type { SimulatedActor } from './simulated-actor.ts'
import { PLACES } from './simulated-process.ts'
import type { PlaceName } from './simulated-process.ts'

interface Participant {
  readonly transaction: StorageTransaction
  readonly drafts: SealedDraft[]
  isCommitted: boolean
}

/** Options of a form. */
export interface FormOptions {
  /** Whether the application can be asked by `recover`. */
  readonly hasRecover: boolean
  /** The time of the engine. */
  readonly now: () => number
  /** Lets time pass, and other processes do something. */
  readonly nap: () => Promise<void>
}

/** A form with files in one or two storages, whose handler stores a row, adds files and deletes some. */
export class SimulatedForm {
  readonly #actor: SimulatedActor
  readonly #options: FormOptions
  readonly #participants = new Map<PlaceName, Participant>()
  readonly #form: LedgerForm
  readonly #leaderPlace: PlaceName
  readonly #began: number

  constructor(actor: SimulatedActor, options: FormOptions) {
    this.#actor = actor
    this.#options = options
    this.#began = options.now()
    this.#leaderPlace = actor.random.pick(PLACES)
    this.#participate(this.#leaderPlace)
    this.#form = {
      id: this.#leader.transaction.id,
      files: [],
      rejected: [],
      deletes: [],
      fate: this.#undecided,
      process: actor.process,
    }
    actor.ledger.forms.push(this.#form)
  }

  async run(): Promise<void> {
    if (!(await this.#prepare())) return this.#rollBack()
    if (!(await this.#handle())) return this.#rollBack()
    await this.#commit()
  }

  get #leader(): Participant {
    const leader = this.#participants.get(this.#leaderPlace)
    if (leader === undefined) throw new TypeError('A form has a leader')
    return leader
  }

  get #followers(): readonly Participant[] {
    return [...this.#participants.values()].filter((participant) => participant !== this.#leader)
  }

  /** The fate of a form without a row whose process dies. */
  get #undecided(): 'discarded' | 'either' {
    return this.#options.hasRecover ? 'discarded' : 'either'
  }

  #participate(place: PlaceName): Participant {
    const leader = this.#participants.get(this.#leaderPlace)?.transaction
    const transaction = this.#actor.process.storages[place].createTransaction(leader)
    const participant = { transaction, drafts: [], isCommitted: false }
    this.#participants.set(place, participant)
    return participant
  }

  async #prepare(): Promise<boolean> {
    const { random } = this.#actor
    const places = random.chance(0.4) ? PLACES : [this.#leaderPlace]
    const count = random.integer(1, 3)
    for (let index = 0; index < count; index++) {
      if (!(await this.#add(random.pick(places), false))) return false
    }
    const followers = this.#followers.flatMap(({ transaction }) => transaction.journal ?? [])
    if ((await this.#try(this.#leader.transaction.prepare(followers))) === undefined) return false
    for (const { transaction } of this.#followers) {
      if ((await this.#try(transaction.prepare())) === undefined) return false
    }
    await this.#nap()
    return true
  }

  async #add(place: PlaceName, isPrepared: boolean): Promise<boolean> {
    const actor = this.#actor
    const planned = actor.plan(place)
    const sealed = await actor.seal(planned, !isPrepared)
    if (sealed === undefined) return false
    const file = actor.note(planned, this.#form)
    const participant = this.#participants.get(place) ?? (await this.#join(place, isPrepared))
    this.#form.pending = file
    const reserved = await this.#try(participant?.transaction.reserve(sealed, file.key, file.record) ?? noThing())
    this.#form.pending = undefined
    if (participant !== undefined && reserved?.value !== undefined) {
      participant.drafts.push(sealed)
      this.#form.files.push(file)
      return true
    }
    this.#form.rejected.push(file)
    await actor.wait(sealed.discard())
    return false
  }

  /** Lets another storage take part. */
  async #join(place: PlaceName, isPrepared: boolean): Promise<Participant | undefined> {
    const participant = this.#participate(place)
    if (!isPrepared) return participant
    const { transaction } = participant
    const added = await this.#try(this.#leader.transaction.addFollower?.(transaction.journal ?? '') ?? noThing())
    if (added !== undefined && (await this.#try(transaction.prepare())) !== undefined) return participant
    await this.#actor.wait(transaction.rollback())
    this.#participants.delete(place)
    return undefined
  }

  /** The handler of the form. False if it throws. */
  async #handle(): Promise<boolean> {
    const { random, ledger } = this.#actor
    for (let step = random.integer(0, 2); step > 0; step--) {
      const isDone = random.chance(0.5) ? await this.#delete() : await this.#add(random.pick(PLACES), true)
      // A handler may go on without the file.
      if (!isDone && random.chance(0.5)) return false
    }
    await this.#nap()
    if (random.chance(0.2)) return false
    if (ledger.rows.get(this.#form.id) === 'fenced') return false
    ledger.rows.set(this.#form.id, 'stored')
    this.#form.fate = this.#isOld ? 'any' : this.#options.hasRecover ? 'published' : 'published-only'
    await this.#nap()
    return true
  }

  async #delete(): Promise<boolean> {
    const file = this.#actor.pickToDelete()
    const participant = file === undefined ? undefined : this.#participants.get(file.place)
    if (file === undefined || participant === undefined || this.#form.deletes.includes(file)) return true
    const deleted = await this.#try(participant.transaction.delete(file.key))
    if (deleted?.value === true) {
      this.#form.deletes.push(file)
      // Until the form is settled, the file is not safe any more.
      file.deletions.push('open')
    }
    return deleted !== undefined
  }

  async #commit(): Promise<void> {
    const { random } = this.#actor
    for (let attempt = 1; ; attempt++) {
      const results: boolean[] = []
      for (const participant of [...this.#followers, this.#leader]) {
        if (participant.isCommitted) continue
        participant.isCommitted = (await this.#try(participant.transaction.commit())) !== undefined
        results.push(participant.isCommitted)
        if (random.chance(0.1)) await this.#nap()
      }
      if (results.every((isCommitted) => isCommitted)) break
      if (random.chance(0.5) || attempt === 3) return this.#defer()
    }
    this.#form.fate = this.#options.hasRecover || !this.#isOld ? 'published' : 'published-only'
    for (const file of this.#form.files) if (file.stored === 'open') file.stored = 'done'
    if (this.#form.deletes.length === 0) return
    for (const { transaction } of [...this.#followers, this.#leader]) {
      if (this.#actor.process.isDead) return
      await this.#actor.wait(transaction.finish())
    }
  }

  async #defer(): Promise<void> {
    for (const { transaction, isCommitted } of this.#participants.values()) {
      if (!isCommitted || this.#form.deletes.length > 0) await this.#actor.wait(transaction.defer())
    }
  }

  async #rollBack(): Promise<void> {
    const results: boolean[] = []
    for (const { transaction } of this.#participants.values()) {
      results.push(await this.#actor.wait(transaction.rollback()))
    }
    if (results.includes(false)) {
      if (this.#options.hasRecover) this.#actor.fault(`a form without a row is published`)
      this.#form.fate = 'published-only'
    } else this.#form.isRolledBack = true
    for (const { drafts } of this.#participants.values()) {
      for (const draft of drafts) await this.#actor.wait(draft.discard())
    }
  }

  /** After a day without a row, any process may discard the form, or drafts that it has not prepared. */
  get #isOld(): boolean {
    return this.#options.now() - this.#began >= DAY_MS
  }

  #nap(): Promise<void> {
    return this.#options.nap()
  }

  #try<Result>(result: Promise<Result>): Promise<{ readonly value: Result } | undefined> {
    return this.#actor.try(result)
  }
}

const DAY_MS = 24 * 60 * 60 * 1000

async function noThing(): Promise<undefined> {}

/** Marks the files of all forms as their fate says. */
export function settleForms(forms: readonly LedgerForm[]): void {
  for (const form of forms) {
    const { files, rejected, pending, isRolledBack, process } = form
    // The process has discarded it in its next sweep, if it could not do that at once.
    if (isRolledBack === true && !process.isDead) form.fate = 'discarded'
    const { fate } = form
    const stored = fate === 'discarded' ? 'refused' : fate === 'either' || fate === 'any' ? 'unclear' : 'done'
    for (const file of files) file.stored = stored
    // If the engine answers nothing until the process dies, an entry that was rejected cannot be removed.
    for (const file of rejected) file.stored = stored === 'unclear' ? 'unclear' : 'refused'
    if (pending !== undefined) pending.stored = fate === 'discarded' ? 'refused' : 'unclear'
  }
}

/** Files of forms that must be deleted, as their fate says. */
export function settleDeletions(forms: readonly LedgerForm[]): void {
  for (const { deletes, fate } of forms) {
    for (const file of deletes) {
      const index = file.deletions.indexOf('open')
      file.deletions[index] = outcomeOf(fate)
    }
  }
}

function outcomeOf(fate: LedgerForm['fate']): LedgerFile['stored'] {
  return fate === 'published' ? 'done' : fate === 'discarded' ? 'refused' : 'unclear'
}
