import { toLimit } from '../errors/limit.ts'
import { UploadError } from '../errors/upload-error.ts'
import { toClientNetwork } from './client-network.ts'

export interface UploadSlotOptions {
  /**
   * Uploads that are being received at once; one more is refused with `overloaded` (503), before any byte of it is read.
   * Each takes a connection and an open file. Default 2,000; `Infinity` for no limit.
   */
  readonly maxUploads?: number | undefined
  /**
   * Of those, as many from one client: an IPv4 address, or a /64 of IPv6. Clients whose address the runtime does not tell
   * are not counted; those behind one proxy are one client. Default no limit.
   */
  readonly maxUploadsPerClient?: number | undefined
  /**
   * Counts uploads beyond this handler, as several processes behind one URL have to. Asked before each upload is read,
   * when the limits above let it in, with its client as they count it; resolves to what gives the slot back, or to `undefined` where
   * there is none: the upload is then refused with `overloaded`. Default: nobody is asked.
   */
  readonly takeSlot?: ((client: string | undefined) => Promise<(() => void) | undefined>) | undefined
}

/** Counts the uploads that are being received, and refuses those that are too many. */
export class UploadSlots {
  readonly #maxUploads: number
  readonly #maxUploadsPerClient: number
  readonly #takeSlot: UploadSlotOptions['takeSlot']
  /** Running uploads by client; a client without any is not in it. */
  readonly #clients = new Map<string, number>()
  #running = 0

  /** @throws {TypeError} for a limit that is negative or no number. */
  constructor({ maxUploads, maxUploadsPerClient, takeSlot }: UploadSlotOptions) {
    // A socket and a draft for each are 4,000 descriptors, less than the 4,096 that the stricter systems give a process.
    this.#maxUploads = toLimit('maxUploads', maxUploads, 2000)
    this.#maxUploadsPerClient = toLimit('maxUploadsPerClient', maxUploadsPerClient, Infinity)
    this.#takeSlot = takeSlot
  }

  /**
   * Runs an upload in a slot, which is free again however that ends.
   *
   * @throws {UploadError} `overloaded`, where there is none.
   */
  async during<Result>(clientAddress: string | undefined, receive: () => Promise<Result>): Promise<Result> {
    const client = clientAddress === undefined ? undefined : toClientNetwork(clientAddress)
    if (this.#running >= this.#maxUploads) throw new UploadError('overloaded', {})
    if (client !== undefined && this.#countOf(client) >= this.#maxUploadsPerClient) {
      throw new UploadError('overloaded', {})
    }
    this.#add(client, 1)
    let giveBack: (() => void) | undefined
    try {
      if (this.#takeSlot !== undefined) {
        giveBack = await this.#takeSlot(client)
        if (giveBack === undefined) throw new UploadError('overloaded', {})
      }
      return await receive()
    } finally {
      giveBack?.()
      this.#add(client, -1)
    }
  }

  #countOf(client: string): number {
    return this.#clients.get(client) ?? 0
  }

  #add(client: string | undefined, change: 1 | -1): void {
    this.#running += change
    if (client === undefined) return
    const count = this.#countOf(client) + change
    if (count === 0) this.#clients.delete(client)
    else this.#clients.set(client, count)
  }
}
