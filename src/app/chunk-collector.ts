import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Incoming, RequestHandler } from '../handler.ts'

/** Bytes after which the chunks that held them are collected. */
const INTERVAL = 4 * 1024 ** 2

/**
 * The same handler, with memory that does not grow with the file. Node makes a buffer for each chunk of a body, and V8,
 * which sees only its small handle, lets tens of megabytes of them pile up before it collects. They are all in the
 * young generation, which is quickly collected.
 */
export function collectingChunks(handler: RequestHandler): RequestHandler {
  const collect = youngCollector()
  let uncollected = 0
  return {
    handle(incoming) {
      return handler.handle(
        countingBody(incoming, (size) => {
          uncollected += size
          if (uncollected < INTERVAL) return
          uncollected = 0
          collect()
        }),
      )
    },
  }
}

function countingBody(incoming: Incoming, count: (size: number) => void): Incoming {
  const { body } = incoming
  if (body === undefined) return incoming
  const counted: Incoming['body'] = {
    length: body.length,
    fullDuplex: body.fullDuplex,
    get unread() {
      return body.unread
    },
    read: (sink, options) =>
      body.read((chunk) => {
        count(chunk.length)
        return sink(chunk)
      }, options),
    drain: (limits) => body.drain(limits),
  }
  return { ...incoming, body: counted }
}

/** `gc` without its flag on the command line, which `npx` and a `bin` cannot give. */
function youngCollector(): () => void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('() => gc({ type: "minor" })')
  setFlagsFromString('--no-expose-gc')
  return isProcedure(collect) ? collect : () => {}
}

function isProcedure(value: unknown): value is () => void {
  return typeof value === 'function'
}
