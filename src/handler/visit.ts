import type { Incoming } from '../http/incoming.ts'
import { enter } from './enter.ts'
import type { EnterHooks } from './enter.ts'
import type { AskedUrl, Route } from './route.ts'

/** One request on its way through a handler. Its hooks are asked once, and only if an answer depends on them. */
export class Visit {
  readonly asked: AskedUrl
  readonly #incoming: Incoming
  readonly #hooks: EnterHooks
  #entering: Promise<Route> | undefined
  #entered: Route | undefined

  constructor(incoming: Incoming, asked: AskedUrl, hooks: EnterHooks) {
    this.asked = asked
    this.#incoming = incoming
    this.#hooks = hooks
  }

  /** The result of `enter`, once there is one. */
  get entered(): Route | undefined {
    return this.#entered
  }

  /** @throws as `enter`. */
  async enter(): Promise<Route> {
    this.#entering ??= enter(this.#incoming, this.asked, this.#hooks)
    this.#entered = await this.#entering
    return this.#entered
  }
}
