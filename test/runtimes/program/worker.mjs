// The contract inside workerd: a request to `/run-contract/7` runs its eighth promise against this same worker.
import { fetchHandler } from 'decant/fetch'
import { adapterContract } from 'decant/testing'
import { runCases } from './run-cases.mjs'

const DRAIN_LIMITS = { maxBytes: 100_000_000, maxMs: 10_000, idleMs: 200 }

/** The handler that the promise wants to be served now. */
let listener

async function runCase(origin, index) {
  const cases = adapterContract(async (handler) => {
    listener = fetchHandler(handler, { drainLimits: DRAIN_LIMITS })
    return { origin, close: async () => {} }
  })
  const outcomes = []
  await runCases(cases.slice(index, index + 1), (outcome) => outcomes.push(outcome))
  return Response.json(outcomes)
}

const worker = {
  async fetch(request) {
    const { origin, pathname } = new URL(request.url)
    const [, index] = /^\/run-contract\/(\d+)$/.exec(pathname) ?? []
    return index === undefined ? await listener(request) : await runCase(origin, Number(index))
  },
}

export default worker
