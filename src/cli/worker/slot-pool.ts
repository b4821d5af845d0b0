/** The limits of a whole server. */
export interface SlotLimits {
  /** Uploads that are received at once. */
  readonly maxUploads: number
  /** Of those, as many from one client; `undefined` for any number. */
  readonly maxUploadsPerClient: number | undefined
}

/** Counts the uploads of all workers, in the process that started them. */
export class SlotPool<Holder> {
  readonly #limits: SlotLimits
  /** What each has, by client; `undefined` is anybody. Clients without an upload are not in it. */
  readonly #held = new Map<Holder, Map<string | undefined, number>>()
  #taken = 0

  constructor(limits: SlotLimits) {
    this.#limits = limits
  }

  /** A slot for an upload of this client; false where none is left. */
  take(holder: Holder, client: string | undefined): boolean {
    const { maxUploads, maxUploadsPerClient = Infinity } = this.#limits
    if (this.#taken >= maxUploads) return false
    if (client !== undefined && this.#countOf(client) >= maxUploadsPerClient) return false
    this.#add(holder, client, 1)
    return true
  }

  /** Gives one back that was taken for this client. */
  free(holder: Holder, client: string | undefined): void {
    this.#add(holder, client, -1)
  }

  /** Takes back all that a worker had which has ended. */
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
