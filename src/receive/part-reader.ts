import { UploadError } from '../errors/upload-error.ts'
import { BodyReader } from '../http/body-reader.ts'
import type { Incoming } from '../http/incoming.ts'
import type { PartHead } from '../multipart/part-head.ts'
import { BodyCheck } from './body-check.ts'
import { FormDecoder } from './form-decoder.ts'
import type { ReceiveLimits } from './form-limits.ts'
import { toPart } from './part.ts'
import type { Part } from './part.ts'

/** An event of the decoder: a part begins, more of its bytes came, it is whole. */
type FormEvent = PartStart | { readonly bytes: Uint8Array } | 'end'

interface PartStart {
  readonly head: PartHead
  /** The charset that a `_charset_` field has named by then. */
  readonly charset: string | undefined
}

/**
 * A form whose reader asks for its parts, and for their bytes. The events of one network chunk are kept until the
 * reader has asked for all of them. Only then is the next chunk read.
 */
export class PartReader {
  readonly #limits: ReceiveLimits
  readonly #check: BodyCheck
  readonly #decoder: FormDecoder
  readonly #body: BodyReader
  readonly #events: FormEvent[] = []
  /** Bytes of the file that is being decoded; absent in a field. */
  #file: { readonly field: string; readonly filename: string; size: number } | undefined
  /** The only part that may be read. */
  #present: PartHead | undefined
  /** The next chunk is being read. */
  #reading: Promise<void> | undefined
  #ended = false
  #failure: { readonly error: unknown } | undefined

  /** @throws {UploadError} for a fault in the headers of the request, as `FormDecoder` and `BodyCheck` do. */
  constructor(incoming: Incoming, limits: ReceiveLimits, signal: AbortSignal | undefined) {
    const { idleTimeoutMs, minRate } = limits
    this.#limits = limits
    this.#decoder = new FormDecoder(incoming, limits, {
      begin: (head) => this.#begin(head),
      bytes: (bytes) => this.#bytes(bytes),
      end: () => this.#events.push('end'),
    })
    this.#check = new BodyCheck(incoming, { maxBodySize: limits.maxBodySize, fileLimits: [limits] })
    this.#body = new BodyReader(this.#check.body, { idleTimeoutMs, minRate, signal })
  }

  /** The next part, after skipping the unread rest of the one before; `undefined` at the end of the form. */
  async next(): Promise<Part | undefined> {
    this.#present = undefined
    for (;;) {
      const event = this.#events.shift()
      if (event === undefined) {
        if (this.#ended) return undefined
        await this.#read()
      } else if (typeof event === 'object' && 'head' in event) {
        return this.#toPart(event)
      }
    }
  }

  /** Reads no more; a pending read of a part rejects. Once this resolves, the rest of the body can be discarded. */
  async close(): Promise<void> {
    const part = this.#present
    this.#present = undefined
    await this.#body.stop(gone(part?.name ?? ''))
  }

  #toPart({ head, charset }: PartStart): Part {
    this.#present = head
    let isTaken = false
    const open = (): AsyncIterable<Uint8Array> => {
      if (isTaken)
        throw new TypeError(`The part ${JSON.stringify(head.name)} has been read already. A part can be read once.`)
      this.#checkPresent(head)
      isTaken = true
      return this.#content(head)
    }
    return toPart({ head, limits: this.#limits, charset, open })
  }

  async *#content(head: PartHead): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      this.#checkPresent(head)
      const event = this.#events.shift()
      if (event === 'end') return
      if (event === undefined) await this.#read()
      else if ('bytes' in event) yield toOwn(event.bytes)
    }
  }

  #checkPresent(head: PartHead): void {
    if (this.#present !== head) throw gone(head.name)
  }

  /** Decodes the next chunk. A second caller meanwhile waits for the same chunk. */
  #read(): Promise<void> {
    this.#reading ??= this.#readChunk().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #readChunk(): Promise<void> {
    // Only when the reader has asked for everything before it: its events must not depend on how the body was cut.
    if (this.#failure !== undefined) throw this.#failure.error
    try {
      const chunk = await this.#body.next()
      if (chunk === undefined) {
        this.#check.end()
        this.#decoder.end()
        this.#ended = true
      } else {
        this.#check.append(chunk)
        this.#decoder.write(chunk)
      }
    } catch (error) {
      // An error is thrown at its place in the order of events.
      this.#failure = { error }
    }
  }

  #begin(head: PartHead): void {
    const { name: field, filename } = head
    this.#file = filename === undefined ? undefined : { field, filename, size: 0 }
    this.#events.push({ head, charset: this.#decoder.charset })
  }

  #bytes(bytes: Uint8Array): void {
    const { maxFileSize: limit } = this.#limits
    if (this.#file !== undefined) {
      const { field, filename } = this.#file
      this.#file.size += bytes.length
      if (this.#file.size > limit) throw new UploadError('file-too-large', { limit, filename, field })
    }
    this.#events.push({ bytes })
  }
}

function gone(name: string): TypeError {
  return new TypeError(
    `The part ${JSON.stringify(name)} is gone: read a part, and await that, before the loop over the parts goes on or ends.`,
  )
}

/**
 * The bytes in memory of their own. Parts share network chunks: a reader that transfers its buffer would empty those of
 * others, and one that keeps a byte would keep 64 KiB. A chunk that has all of its buffer, as in most of a large file,
 * is not copied.
 */
function toOwn(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length
  return isWhole ? new Uint8Array(buffer) : new Uint8Array(bytes)
}
