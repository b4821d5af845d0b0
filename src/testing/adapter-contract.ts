import { ABSENT_BODY_PROMISES } from './adapter-contract/absent-body-promises.ts'
import { DELAYED_CONTINUE_PROMISES } from './adapter-contract/delayed-continue-promises.ts'
import { DOWNLOAD_PROMISES } from './adapter-contract/download-promises.ts'
import { EARLY_ANSWER_PROMISES } from './adapter-contract/early-answer-promises.ts'
import { EXCHANGE_PROMISES } from './adapter-contract/exchange-promises.ts'
import { REFUSAL_PROMISES } from './adapter-contract/refusal-promises.ts'
import { onStage } from './adapter-contract/steps.ts'
import type { StartAdapter } from './adapter-contract/steps.ts'
import type { ContractCase } from './contract-case.ts'

/** Abilities that some runtimes lack. If one is false, the promises that need it are left out. */
export interface AdapterCapabilities {
  /** A client is answered while it is still sending. Default true. Plain Fetch cannot promise it. */
  readonly earlyAnswer?: boolean
  /** `100 Continue` is sent when the body is read, and not before. Default true. Plain Fetch cannot promise it. */
  readonly delayedContinue?: boolean
  /** A request without a body is told from one with an empty body. Default true. Plain Fetch cannot promise it. */
  readonly absentBody?: boolean
}

/**
 * The promises of every adapter, as test cases for any test runner on Node. Requests arrive as they were sent, answers
 * go out as they are, refusals always reach the client, and nothing is left open.
 *
 * `start` puts a handler behind a server of its own on a free port, at the root of its URLs.
 *
 * @example
 * ```ts
 * import { adapterContract } from 'decant/testing'
 * import { test } from 'vitest'
 *
 * for (const { name, run } of adapterContract(startMyServer)) test(name, run)
 * ```
 */
export function adapterContract(start: StartAdapter, capabilities: AdapterCapabilities = {}): readonly ContractCase[] {
  const { earlyAnswer = true, delayedContinue = true, absentBody = true } = capabilities
  const promises = {
    ...EXCHANGE_PROMISES,
    ...DOWNLOAD_PROMISES,
    ...REFUSAL_PROMISES,
    ...(absentBody && ABSENT_BODY_PROMISES),
    ...(earlyAnswer && EARLY_ANSWER_PROMISES),
    ...(delayedContinue && DELAYED_CONTINUE_PROMISES),
  }
  return Object.entries(promises).map(([name, keeps]) => ({ name, run: () => onStage(start, keeps) }))
}
