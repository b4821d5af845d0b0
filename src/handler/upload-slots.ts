import { toLimit } from '../errors/limit.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'
import { toClientNetwork } from './client-network.ts'
import { RunningUpload } from './running-upload.ts'

/**
 * Takes a slot that several processes share. It resolves to the function that gives the slot back. If there is none, it
 * resolves to `undefined`, or to `'client'` if only this client has too many.
 */
export type TakeSlot = (client: string | undefined) => Promise<(() => void) | 'client' | undefined>

/** The number of uploads that a handler receives at the same time. */
export interface UploadSlotOptions {
  /**
   * Uploads that are received at the same time; more get 503 (`overloaded`), before any byte of them is read. If a
   * running upload of ten seconds or more is slow, the slowest one gives way instead. Each takes a connection and an
   * open file. Default 2,000; `Infinity` for no limit.
   */
  readonly maxUploads?: number | undefined
  /**
   * The most of them from one client: an IPv4 address, or a /64 of IPv6. A client is not counted if the runtime does
   * not tell its address. Clients behind one proxy are one client, unless the proxy is trusted. Default half of
   * `maxUploads`.
   */
  readonly maxUploadsPerClient?: number | undefined
  /**
   * Counts uploads beyond this handler, for several processes behind one URL. It is asked before each upload is read,
   * if the limits above let it in, with its client as they count it. It resolves to the function that gives the slot
   * back. If there is no slot, it resolves to `undefined`, or to `'client'` if only this client has too many. A slow
   * upload of this handler may then give way; otherwise the new one gets 503 (`overloaded`). Default: not asked.
   */
  readonly takeSlot?: TakeSlot | undefined
}

export const UPLOAD_SLOT_KINDS: OptionKinds<UploadSlotOptions> = {
  maxUploads: OPTION_KINDS.size,
  maxUploadsPerClient: OPTION_KINDS.size,
  takeSlot: OPTION_KINDS.call,
}

/**
 * Counts the uploads that are being received. If there are too many, the slowest gives way, or the new one is refused.
 */
export class UploadSlots {
  readonly #maxUploads: number
  readonly #maxUploadsPerClient: number
  readonly #takeSlot: TakeSlot | undefined
  /**
   * In no order. It is not a `Set`: a `Set` copies its table again and again, and V8 keeps the uploads of former tables
   * in memory for long. That was 100 MB of small uploads.
   */
  readonly #running: RunningUpload[] = []
  /** Running uploads by client; a client without any is not in it. */
  readonly #clients = new Map<string, number>()

  /** @throws {TypeError} for a limit that is negative or not a number. */
  constructor({ maxUploads, maxUploadsPerClient, takeSlot }: UploadSlotOptions) {
    // 2,000 uploads need 4,000 descriptors, for a socket and a draft each. Strict systems give a process 4,096.
    this.#maxUploads = toLimit('maxUploads', maxUploads, 2000)
    this.#maxUploadsPerClient = toLimit('maxUploadsPerClient', maxUploadsPerClient, Math.ceil(this.#maxUploads / 2))
    this.#takeSlot = takeSlot
  }

  /**
   * Runs an upload in a slot, and frees the slot after success and failure. `receive` gets the request with a measured
   * body.
   *
   * @throws {UploadError} `overloaded`, if there is no slot, and from the body of an upload that gives way.
   */
  async during<Result>(incoming: Incoming, receive: (incoming: Incoming) => Promise<Result>): Promise<Result> {
    const { clientAddress } = incoming
    const client = clientAddress === undefined ? undefined : toClientNetwork(clientAddress)
    if (client !== undefined && this.#countOf(client) >= this.#maxUploadsPerClient) this.#makeRoom(client)
    if (this.#running.length >= this.#maxUploads) this.#makeRoom()
    const upload = new RunningUpload(incoming, client)
    this.#add(upload)
    try {
      if (this.#takeSlot !== undefined) upload.giveBack = await this.#takeElsewhere(this.#takeSlot, client)
      return await receive(upload.incoming)
    } finally {
      this.#remove(upload)
    }
  }

  async #takeElsewhere(takeSlot: TakeSlot, client: string | undefined): Promise<() => void> {
    const first = await takeSlot(client)
    if (typeof first === 'function') return first
    this.#makeRoom(first === 'client' ? client : undefined)
    const second = await takeSlot(client)
    if (typeof second === 'function') return second
    throw new UploadError('overloaded', {})
  }

  /**
   * Ends the slowest upload, of this client if one is given.
   *
   * @throws {UploadError} `overloaded` if all of them are fast or have just begun.
   */
  #makeRoom(client?: string): void {
    const now = performance.now()
    let slowest: RunningUpload | undefined
    let leastRate = Infinity
    for (const upload of this.#running) {
      if (client !== undefined && upload.client !== client) continue
      const rate = upload.slowRateAt(now)
      if (rate === undefined || rate >= leastRate) continue
      slowest = upload
      leastRate = rate
    }
    if (slowest === undefined) throw new UploadError('overloaded', {})
    // Free the slot at once: the upload needs a moment to discard its draft.
    this.#remove(slowest)
    slowest.giveWay()
  }

  #countOf(client: string): number {
    return this.#clients.get(client) ?? 0
  }

  #add(upload: RunningUpload): void {
    const { client } = upload
    upload.index = this.#running.push(upload) - 1
    if (client !== undefined) this.#clients.set(client, this.#countOf(client) + 1)
  }

  /** Harmless when repeated. */
  #remove(upload: RunningUpload): void {
    const { index, client, giveBack } = upload
    if (index === undefined) return
    const last = this.#running.pop()
    if (last !== undefined && last !== upload) {
      this.#running[index] = last
      last.index = index
    }
    upload.index = undefined
    giveBack?.()
    if (client === undefined) return
    const count = this.#countOf(client) - 1
    if (count === 0) this.#clients.delete(client)
    else this.#clients.set(client, count)
  }
}
