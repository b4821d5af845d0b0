import { checkOptions } from '../errors/check-options.ts'
import { PROBLEM_TYPE, toProblem } from '../errors/problem.ts'
import { tellValue } from '../errors/tell-value.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { AnyUploadError } from '../errors/upload-error.ts'
import type { FormOutput, FormShape } from '../form/form-shape.ts'
import type { UploadForm } from '../form/upload-form.ts'
import { prefersHtml } from '../http/accept.ts'
import type { Incoming } from '../http/incoming.ts'
import type { Outgoing, RequestHandler } from '../http/outgoing.ts'
import { refusalHeaders } from '../http/problem-outgoing.ts'
import { textOutgoing } from '../http/text-outgoing.ts'
import type { FileTransaction } from '../policy/file-transaction.ts'
import { MultiMap } from '../receive/multi-map.ts'
import { FORM_HANDLER_KINDS } from './form-handler-options.ts'
import type { FormHandlerOptions, FormRefusal } from './form-handler-options.ts'
import { HandlerGuards } from './handler-guards.ts'
import { watched } from './hook-watch.ts'
import { jsonOutgoing } from './json-outgoing.ts'
import { toJsonResult } from './json-result.ts'
import { parseBase } from './parse-base.ts'
import { isResponse, responseOutgoing } from './response-outgoing.ts'
import { untilGone } from './until-gone.ts'
import { UploadSlots } from './upload-slots.ts'

const ALLOW = ['POST', 'OPTIONS']

/**
 * Puts a typed form behind a URL: `POST {base}` receives it, and `received` gets its data in the transaction of its
 * files. Refusals are problem details (RFC 9457), or the page of `refused`. An adapter connects it to a server, as it
 * connects `uploadHandler`.
 *
 * The `origins` of the handler count, and not those of the form.
 *
 * @example
 * ```ts
 * const handler = formHandler(letter, {
 *   context: async (request: express.Request) => ({ user: await userOf(request) }),
 *   authorize: ({ context }) => context.user !== undefined,
 *   received: (data, { context, transaction }) => db.insert(context.user, data, transaction.id),
 *   redirect: '/letters',
 * })
 * app.use('/letters/new', expressHandler(handler))
 * ```
 * @throws {TypeError} for a value that is not a form, and for an option that is not valid.
 */
export function formHandler<Shape extends FormShape, Native = unknown, Context = undefined, Result = unknown>(
  form: UploadForm<Shape>,
  options: FormHandlerOptions<Shape, Native, Context, Result>,
): RequestHandler<Native>
export function formHandler(
  form: UploadForm,
  options: FormHandlerOptions<FormShape, unknown, unknown>,
): RequestHandler {
  return new Handler(form, options)
}

type AnyOptions = FormHandlerOptions<FormShape, unknown, unknown>

/** The facts about a client that the hooks have told so far. */
interface Client {
  context: unknown
  scope?: string
}

class Handler implements RequestHandler {
  readonly #form: UploadForm
  readonly #options: AnyOptions
  readonly #base: string
  readonly #guards: HandlerGuards
  readonly #slots: UploadSlots

  constructor(form: UploadForm, options: AnyOptions) {
    checkForm(form)
    checkOptions('formHandler', options, FORM_HANDLER_KINDS)
    checkReceived(options.received)
    if (typeof options.redirect === 'string') checkLocation(options.redirect)
    this.#form = form
    this.#options = options
    this.#base = parseBase(options.base ?? '')
    this.#guards = new HandlerGuards(options)
    this.#slots = new UploadSlots(options)
  }

  async handle(incoming: Incoming): Promise<Outgoing> {
    const client: Client = { context: undefined }
    let outgoing: Outgoing
    try {
      this.#guards.check(incoming)
      outgoing = await this.#answer(incoming, client)
    } catch (thrown) {
      const error = this.#guards.toRefusal(incoming, thrown)
      outgoing = await this.#refuse(incoming, client, { ...toToldErrors(error), values: new MultiMap([]) })
    }
    return this.#guards.finish(incoming, outgoing)
  }

  async #answer(incoming: Incoming, client: Client): Promise<Outgoing> {
    const { method } = incoming
    checkPath(incoming, this.#base)
    if (method === 'OPTIONS') return { status: 204, headers: { allow: ALLOW.join(', ') } }
    if (method !== 'POST') throw new UploadError('method-not-allowed', { method, allow: ALLOW })
    await this.#enter(incoming, client)
    const options = client.scope === undefined ? {} : { scope: client.scope }
    const attempt = await this.#slots.during(incoming, (measured) =>
      this.#form.take(measured, (data, transaction) => this.#receive(incoming, client, data, transaction), options),
    )
    return attempt.ok ? this.#accept(incoming, attempt.value) : this.#refuse(incoming, client, attempt)
  }

  /**
   * Asks the hooks about the client, before any byte is read.
   *
   * @throws {UploadError} `forbidden`; the errors of the hooks.
   * @throws {TypeError} for a scope that is not a text, or is empty.
   */
  async #enter(incoming: Incoming, client: Client): Promise<void> {
    const { context, authorize, scope } = this.#options
    const { native: request, signal } = incoming
    if (context !== undefined) client.context = await untilGone(context(request), signal)
    const asked = { request, context: client.context }
    // A hook without types may return anything.
    const allowed: unknown = authorize === undefined || (await untilGone(authorize(asked), signal))
    if (allowed !== true) throw new UploadError('forbidden', { action: 'upload' })
    if (scope === undefined) return
    const result: unknown = await untilGone(scope(asked), signal)
    if (typeof result !== 'string' || result === '') {
      throw new TypeError(
        `scope returned ${tellValue(result)}. Return a text that is not empty, such as the id of a user.`,
      )
    }
    client.scope = result
  }

  #receive(incoming: Incoming, client: Client, data: FormOutput<FormShape>, transaction: FileTransaction): unknown {
    const { native: request } = incoming
    const facts = { scope: undefined, ...client, request, transaction, signal: transaction.signal }
    return watched(
      'received',
      () => this.#options.received(data, facts),
      (error) => void this.#guards.toRefusal(incoming, error),
    )
  }

  /** The answer to a form that was stored. A fault in it comes too late to undo the form. */
  #accept(incoming: Incoming, result: unknown): Outgoing {
    const { redirect } = this.#options
    if (isResponse(result)) return responseOutgoing(result)
    if (redirect !== undefined && prefersHtml(incoming.header)) {
      const location = checkLocation(typeof redirect === 'string' ? redirect : redirect(result))
      return { status: 303, headers: { location, 'content-length': '0', 'cache-control': 'no-store' } }
    }
    const told = toJsonResult('received', result, (error) => void this.#guards.toRefusal(incoming, error))
    if (told === undefined) return { status: 204, headers: { 'cache-control': 'no-store' } }
    return jsonOutgoing(incoming, 201, told)
  }

  async #refuse(incoming: Incoming, { context }: Client, original: FormRefusal): Promise<Outgoing> {
    const { refused } = this.#options
    const refusal = { ...original, ...toToldErrors(await this.#guards.inOwnWords(incoming, original.error)) }
    const headers = refusalHeaders(refusal.error)
    if (refused !== undefined && prefersHtml(incoming.header)) {
      try {
        const { native: request, signal } = incoming
        const page = await untilGone(refused(refusal, { request, context }), signal)
        if (page !== undefined) {
          const outgoing = responseOutgoing(page)
          return { ...outgoing, headers: { ...headers, ...outgoing.headers } }
        }
      } catch (error) {
        // An error of the hook or of its page. The client can still get the refusal.
        this.#guards.toRefusal(incoming, error)
      }
    }
    const { error, kept } = refusal
    const text = JSON.stringify({ ...toProblem(error), ...(kept !== undefined && { kept }) })
    return textOutgoing({ status: error.status, type: PROBLEM_TYPE, text, method: incoming.method, headers })
  }
}

/** The members of a refusal that have sentences. */
function toToldErrors(error: AnyUploadError): Pick<FormRefusal, 'error' | 'errors'> {
  const errors = error.code === 'invalid-form' ? error.details.errors : []
  return { error, errors: new MultiMap(errors.map((each) => [each.field, each] as const)) }
}

function checkForm(form: unknown): void {
  const value: object = typeof form === 'object' && form !== null ? form : {}
  if ('take' in value && typeof value.take === 'function') return
  const got = 'draft' in value ? 'an upload set, which uploadHandler takes' : tellValue(form)
  throw new TypeError(`formHandler needs the result of uploadForm; got ${got}.`)
}

function checkReceived(received: unknown): void {
  if (typeof received === 'function') return
  throw new TypeError('formHandler needs "received", a function that gets the data of a valid form.')
}

/** @throws {UploadError} `not-found` for another path than that of the form. */
function checkPath({ target }: Incoming, base: string): void {
  const [path] = target.split('?', 1)
  if (path !== base && path !== `${base}/`) throw new UploadError('not-found', {})
}

/** @throws {TypeError} for a URL that cannot be sent. */
function checkLocation(location: unknown): string {
  // Visible ASCII (RFC 3986 section 2).
  if (typeof location === 'string' && /^[!-~]+$/.test(location)) return location
  throw new TypeError(
    `"redirect" of formHandler must be a URL of ASCII without spaces, such as "/letters"; got ${tellValue(location)}. ` +
      'Encode other characters with encodeURIComponent.',
  )
}
