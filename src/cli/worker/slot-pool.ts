/** The limits of a whole server. */
export interface SlotLimits {
  /** Uploads that are received at the same time. */
  readonly maxUploads: number
  /** The most of those from one client; `undefined` for half of them. */
  readonly maxUploadsPerClient: number | undefined
}

/** The answer to a worker: it has the slot, all slots are in use, or this client has as many as it may have. */
export type SlotAnswer = 'granted' | 'full' | 'client'

/** Counts the uploads of all workers, in the process that started them. */
export class SlotPool<Holder> {
  readonly #limits: SlotLimits
  /** The slots by client; `undefined` stands for unknown clients. Clients without an upload are not in it. */
  readonly #held = new Map<Holder, Map<string | undefined, number>>()
  #taken = 0

  constructor(limits: SlotLimits) {
    this.#limits = limits
  }

  /** Takes a slot for an upload of this client, if there is one. */
  take(holder: Holder, client: string | undefined): SlotAnswer {
    const { maxUploads, maxUploadsPerClient = Math.ceil(maxUploads / 2) } = this.#limits
    if (client !== undefined && this.#countOf(client) >= maxUploadsPerClient) return 'client'
    if (this.#taken >= maxUploads) return 'full'
    this.#add(holder, client, 1)
    return 'granted'
  }

  /** Gives back a slot of this client. */
  free(holder: Holder, client: string | undefined): void {
    this.#add(holder, client, -1)
  }

  /** Takes back all slots of a worker that has ended. */
  forget(holder: Holder): void {
    for (const count of this.#held.get(holder)?.values() ?? []) this.#taken -= count
    this.#held.delete(holder)
  }

  #countOf(client: string): number {
    let sum = 0
    for (const clients of this.#held.values()) sum += clients.get(client) ?? 0
    return sum
  }

  #add(holder: Holder, client: string | undefined, change: 1 | -1): void {
    const clients = this.#held.get(holder) ?? new Map<string | undefined, number>()
    this.#held.set(holder, clients)
    this.#taken += change
    const count = (clients.get(client) ?? 0) + change
    if (count > 0) clients.set(client, count)
    else clients.delete(client)
  }
}
