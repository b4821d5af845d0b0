import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Incoming, RequestHandler } from '../handler.ts'

/** Bytes after which the chunks that held them are collected. */
const INTERVAL = 4 * 1024 ** 2
/**
 * While bytes are coming, everything is collected after that many milliseconds. Collections of the young generation
 * leave emptied pages in a pool of V8. Only this frees them: in an hour of traffic the pool grew to 100 MB.
 */
const THOROUGH_INTERVAL_MS = 60_000

/**
 * The same handler, with memory that does not grow with the file. Node makes a buffer for each chunk of a body. V8 sees
 * only its small handle, and collects after tens of megabytes of them. All of them are in the young generation, which
 * is collected quickly.
 */
export function collectingChunks(handler: RequestHandler): RequestHandler {
  const { collectYoung, collectAll } = collectors()
  let uncollected = 0
  let thoroughAt = performance.now() + THOROUGH_INTERVAL_MS
  return {
    handle(incoming) {
      return handler.handle(
        countingBody(incoming, (size) => {
          uncollected += size
          if (uncollected < INTERVAL) return
          uncollected = 0
          if (performance.now() < thoroughAt) {
            collectYoung()
            return
          }
          collectAll()
          thoroughAt = performance.now() + THOROUGH_INTERVAL_MS
        }),
      )
    },
  }
}

function countingBody(incoming: Incoming, count: (size: number) => void): Incoming {
  return incoming.body === undefined ? incoming : { ...incoming, body: new CountedBody(incoming.body, count) }
}

type Body = NonNullable<Incoming['body']>

/** A body that counts its bytes as they come. */
class CountedBody implements Body {
  readonly length: number | undefined
  readonly fullDuplex: boolean
  readonly #body: Body
  readonly #count: (size: number) => void

  constructor(body: Body, count: (size: number) => void) {
    this.length = body.length
    this.fullDuplex = body.fullDuplex
    this.#body = body
    this.#count = count
  }

  get unread(): boolean {
    return this.#body.unread
  }

  read(...[sink, options]: Parameters<Body['read']>): Promise<void> {
    const take: typeof sink = (chunk, isGiven) => {
      this.#count(chunk.length)
      return sink(chunk, isGiven)
    }
    return this.#body.read(take, options)
  }

  stop(reason: unknown): void {
    this.#body.stop(reason)
  }

  drain(...limits: Parameters<Body['drain']>): Promise<void> {
    return this.#body.drain(...limits)
  }
}

interface Collectors {
  readonly collectYoung: () => void
  readonly collectAll: () => void
}

/** `gc` without its flag on the command line, which `npx` and a `bin` cannot set. */
function collectors(): Collectors {
  setFlagsFromString('--expose-gc')
  const collectYoung: unknown = runInNewContext('() => gc({ type: "minor" })')
  const collectAll: unknown = runInNewContext('() => gc({ type: "major", flavor: "last-resort" })')
  setFlagsFromString('--no-expose-gc')
  return { collectYoung: toProcedure(collectYoung), collectAll: toProcedure(collectAll) }
}

function toProcedure(value: unknown): () => void {
  return isProcedure(value) ? value : () => {}
}

function isProcedure(value: unknown): value is () => void {
  return typeof value === 'function'
}
