import { checkSite, toSiteRules } from '../access/check-site.ts'
import type { SiteOptions, SiteRules } from '../access/check-site.ts'
import { checkOptions } from '../errors/check-options.ts'
import { oneOf, OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import type { FileLimit } from '../errors/file-limit.ts'
import type { FormError } from '../errors/upload-error-details.ts'
import { formInOwnWords } from '../errors/in-own-words.ts'
import { logError } from '../errors/problem-options.ts'
import { SENTENCES_KIND } from '../errors/sentences.ts'
import type { Sentences } from '../errors/sentences.ts'
import { tellValue } from '../errors/tell-value.ts'
import { isUploadError, UploadError } from '../errors/upload-error.ts'
import { watchClient } from '../http/client-watch.ts'
import { discardBody } from '../http/discard-body.ts'
import type { Incoming } from '../http/incoming.ts'
import type { AnyRequest } from '../http/to-incoming.ts'
import { toIncoming } from '../http/to-incoming.ts'
import type { FileTransaction } from '../policy/file-transaction.ts'
import { FORM_LIMIT_KINDS } from '../receive/form-limits.ts'
import type { FormLimitOptions, FormLimits } from '../receive/form-limits.ts'
import { MultiMap } from '../receive/multi-map.ts'
import { checkExtraFields, checkShape } from './form-check.ts'
import { LabelledFields } from './form-labels.ts'
import type { FormLabels } from './form-labels.ts'
import { FormReading } from './form-reading.ts'
import type { FormOutput, FormShape } from './form-shape.ts'
import { fileLimitsOf, limitsOf } from './form-size.ts'
import { FileKeeper } from './kept-files.ts'
import type { KeepOptions, KeptFiles } from './kept-files.ts'

/** Options of `uploadForm`: its limits, the sites that may send it, and files that are kept. */
export interface UploadFormOptions<Shape extends FormShape = FormShape>
  extends Omit<FormLimitOptions, 'maxFiles'>, SiteOptions {
  /**
   * How parts that the form does not declare are handled: `refuse` (default) refuses the form and names each of them,
   * `ignore` discards them.
   */
  readonly unknownParts?: 'refuse' | 'ignore' | undefined
  /**
   * Names of texts that may come, and that the form does not read: a hidden `_csrf`, or the name of a button. They are
   * in the `values` of an attempt, and not in the data. Declare a field if you need its value. Default: none.
   */
  readonly extraFields?: readonly string[] | undefined
  /**
   * Names of the fields for people, by which sentences call them: `{ gallery: 'Gallery', 'items[].name': 'Name' }`.
   * Each error of the field has the label, too. Without a label of its own, a field has that of the list or the group
   * around it. Default: sentences quote the name of the field.
   */
  readonly labels?: FormLabels<Shape> | undefined
  /**
   * Keeps the good files of a form that `attempt` refuses, so that they need not be sent again. Default: they are
   * discarded.
   */
  readonly keep?: KeepOptions | undefined
  /**
   * Bytes of the whole body. Default: as many of the largest files as the form takes, and its fields: 8 MiB, or
   * `maxFieldsSize` if that is more.
   */
  readonly maxBodySize?: number | undefined
  /**
   * Your own words for a form that is not valid, by code or by one function. `request` is the one that is received.
   * Sentences of schemas have the code `invalid-value`, and theirs as `detail`. Default: Decant's sentences.
   */
  readonly sentences?: Sentences | undefined
  /** Called with an error of `sentences`. Default: it is written to the error output. */
  readonly onError?: ((error: unknown, request: unknown) => void) | undefined
}

/** Options of `receive` and `attempt` of a form. */
export interface FormReceiveOptions {
  /** If it aborts, the form leaves nothing behind, and the promise rejects with the reason. */
  readonly signal?: AbortSignal | undefined
  /**
   * The owner of files that the form keeps, such as the id of a user. If a request with another scope sends the hidden
   * field, it gets `not-found` (404). Default: every client that has the field has its files.
   */
  readonly scope?: string
}

/** The outcome of a form: its value, or the data by which a page shows the form again. */
export type FormAttempt<Value> =
  | { readonly ok: true; readonly value: Value }
  | {
      readonly ok: false
      readonly error: UploadError<'invalid-form'>
      /** By the names of the form fields: `errors.get('title')?.detail`. */
      readonly errors: MultiMap<FormError>
      /** The texts as they were sent, by the names of the form fields. */
      readonly values: MultiMap<string>
      /** The files that need not be sent again; absent if no file is kept. */
      readonly kept?: KeptFiles
    }

/**
 * Handles the data of a form. Its files have their keys already, and are not visible yet. If the handler throws, no
 * file is kept.
 */
export type FormHandler<Data, Value> = (data: Data, transaction: FileTransaction) => Value | Promise<Value>

/** A form, declared once: its fields and its files. */
export interface UploadForm<Shape extends FormShape = FormShape> {
  readonly shape: Shape
  // The overload with a handler stands first. Otherwise the compiler does not infer the types of its parameters.
  /**
   * Receives the form, runs `handler`, and publishes the files if it succeeds. If it throws, no file is kept, and
   * `receive` rejects with that error. Throw an `UploadError` of `invalid-form` for faults that only the handler can
   * know.
   *
   * @throws {UploadError} as without a handler. Also `publishing-delayed` if the storage fails after the handler has
   *   succeeded: a later `sweep` publishes the files.
   */
  receive<Value>(
    request: AnyRequest,
    handler: FormHandler<FormOutput<Shape>, Value>,
    options?: FormReceiveOptions,
  ): Promise<Value>
  /**
   * Receives the form: all of its files are stored, or none.
   *
   * @throws {UploadError} `invalid-form` (422) with all errors; `cross-site` (403); the errors of `receive` for a body
   *   that cannot be read; `storage-full`, `storage-failed`.
   * @throws {TypeError} as `receive`.
   */
  receive(request: AnyRequest, options?: FormReceiveOptions): Promise<FormOutput<Shape>>
  /** As `receive`. If the form is not valid, it resolves with the data by which a page shows the form again. */
  attempt<Value>(
    request: AnyRequest,
    handler: FormHandler<FormOutput<Shape>, Value>,
    options?: FormReceiveOptions,
  ): Promise<FormAttempt<Value>>
  attempt(request: AnyRequest, options?: FormReceiveOptions): Promise<FormAttempt<FormOutput<Shape>>>
  /**
   * As `attempt`, for a `RequestHandler` of your own, which has the request as adapters hand it on. The caller checks
   * the site of the request, and discards the rest of its body: `formHandler` does so.
   */
  take<Value>(
    incoming: Incoming,
    handler: FormHandler<FormOutput<Shape>, Value>,
    options?: FormReceiveOptions,
  ): Promise<FormAttempt<Value>>
}

const FORM_KINDS: OptionKinds<UploadFormOptions> = {
  ...FORM_LIMIT_KINDS,
  // `toSiteRules` tells the fault.
  origins: OPTION_KINDS.own,
  unknownParts: oneOf('refuse', 'ignore'),
  extraFields: OPTION_KINDS.texts,
  labels: OPTION_KINDS.object,
  keep: OPTION_KINDS.object,
  sentences: SENTENCES_KIND,
  onError: OPTION_KINDS.call,
}
const RECEIVE_KINDS: OptionKinds<FormReceiveOptions> = { signal: OPTION_KINDS.signal, scope: OPTION_KINDS.own }

/**
 * A form of fields and files. Declare fields by any Standard Schema library, and files by their sets. The data of the
 * form has the types of both.
 *
 * @example
 * ```ts
 * const post = uploadForm({ title: z.string().max(80), cover: photos.one(), gallery: photos.many({ max: 10 }) })
 * const { title, cover, gallery } = await post.receive(request)
 * await post.receive(request, (data) => db.insert(data))
 * ```
 * @throws {TypeError} for a limit or an origin that is not valid, and for a name that no request can have. Also for an
 *   extra field that the form declares, for a storage that has no transactions, and for storages with different
 *   `recover` functions. With `keep`, also for a secret of less than 32 bytes, and for a storage that cannot set drafts
 *   aside.
 */
export function uploadForm<const Shape extends FormShape>(
  shape: Shape,
  options: UploadFormOptions<NoInfer<Shape>> = {},
): UploadForm<Shape> {
  return new Form(shape, options)
}

/** A form that was received, or one that is not valid; its reading still has its files. */
type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: UploadError<'invalid-form'>; readonly reading: FormReading }

/** One request to a form. */
interface FormRun<Data> {
  readonly incoming: Incoming
  /** As the application knows it. */
  readonly request: unknown
  readonly handler: FormHandler<Data, unknown> | undefined
}

class Form<Shape extends FormShape> implements UploadForm<Shape> {
  readonly shape: Shape
  readonly #limits: FormLimits
  readonly #fileLimits: readonly FileLimit[]
  readonly #rules: SiteRules
  readonly #ignoresUnknown: boolean
  readonly #extraFields: readonly string[]
  readonly #labels: LabelledFields
  readonly #keeper: FileKeeper | undefined
  readonly #words: Pick<UploadFormOptions, 'sentences' | 'onError'>

  constructor(shape: Shape, options: UploadFormOptions<Shape>) {
    checkOptions('uploadForm', options, FORM_KINDS)
    const { unknownParts = 'refuse', extraFields = [], labels = {}, keep } = options
    checkShape(shape, keep !== undefined)
    checkExtraFields(extraFields, shape, keep !== undefined)
    this.shape = shape
    this.#limits = limitsOf(shape, options)
    this.#fileLimits = fileLimitsOf(shape)
    this.#rules = toSiteRules(options)
    this.#ignoresUnknown = unknownParts === 'ignore'
    this.#extraFields = extraFields
    this.#labels = new LabelledFields(labels, shape)
    this.#words = options
    this.#keeper = keep === undefined ? undefined : new FileKeeper(keep)
  }

  receive(request: AnyRequest, options?: FormReceiveOptions): Promise<FormOutput<Shape>>
  receive<Value>(
    request: AnyRequest,
    handler: FormHandler<FormOutput<Shape>, Value>,
    options?: FormReceiveOptions,
  ): Promise<Value>
  async receive(request: AnyRequest, ...others: Others<FormOutput<Shape>>): Promise<unknown> {
    const outcome = await this.#inOwnWords(await this.#receive(request, ...others), request)
    if (outcome.ok) return outcome.value
    await outcome.reading.release()
    throw outcome.error
  }

  attempt(request: AnyRequest, options?: FormReceiveOptions): Promise<FormAttempt<FormOutput<Shape>>>
  attempt<Value>(
    request: AnyRequest,
    handler: FormHandler<FormOutput<Shape>, Value>,
    options?: FormReceiveOptions,
  ): Promise<FormAttempt<Value>>
  async attempt(request: AnyRequest, ...others: Others<FormOutput<Shape>>): Promise<FormAttempt<unknown>> {
    return toAttempt(await this.#inOwnWords(await this.#receive(request, ...others), request))
  }

  take<Value>(
    incoming: Incoming,
    handler: FormHandler<FormOutput<Shape>, Value>,
    options?: FormReceiveOptions,
  ): Promise<FormAttempt<Value>>
  async take(
    incoming: Incoming,
    handler: FormHandler<FormOutput<Shape>, unknown>,
    options: FormReceiveOptions = {},
  ): Promise<FormAttempt<unknown>> {
    checkReceiveOptions(options)
    const outcome = await this.#run({ incoming, request: incoming.native, handler }, options)
    return toAttempt(await this.#inOwnWords(outcome, incoming.native))
  }

  async #receive(request: AnyRequest, ...[first, second]: Others<FormOutput<Shape>>): Promise<Outcome> {
    const [handler, options = {}] = typeof first === 'function' ? [first, second] : [undefined, first]
    checkReceiveOptions(options)
    const incoming = toIncoming(request)
    try {
      checkSite(incoming, this.#rules)
      return await this.#run({ incoming, request, handler }, options)
    } catch (error) {
      await discardBody(incoming)
      throw error
    }
  }

  async #run(
    { incoming, request, handler }: FormRun<FormOutput<Shape>>,
    { signal, scope }: FormReceiveOptions,
  ): Promise<Outcome> {
    const reading = new FormReading(this.shape, {
      keeper: this.#keeper,
      ignoresUnknown: this.#ignoresUnknown,
      extraFields: this.#extraFields,
      request,
      scope,
      fileLimits: this.#fileLimits,
    })
    try {
      await reading.read(incoming, this.#limits, signal)
      await reading.check()
      signal?.throwIfAborted()
      if (handler !== undefined) {
        const work = (transaction: FileTransaction): unknown => handler(toFormOutput(reading), transaction)
        const client = watchClient(incoming)
        try {
          const gone = signal === undefined ? client.signal : AbortSignal.any([client.signal, signal])
          return { ok: true, value: await reading.publishWith(work, { signal: gone }) }
        } finally {
          client.stop()
        }
      }
      await reading.publish()
      return { ok: true, value: toFormOutput(reading) }
    } catch (error) {
      if (isUploadError(error) && error.code === 'invalid-form') {
        return { ok: false, error: this.#withLabels(error), reading }
      }
      await reading.release()
      throw error
    }
  }

  /** The outcome with the sentences of the application. */
  async #inOwnWords(outcome: Outcome, request: unknown): Promise<Outcome> {
    if (outcome.ok) return outcome
    const { sentences, onError = logError } = this.#words
    const onFault = (fault: unknown): void => onError(fault, request)
    try {
      return { ...outcome, error: await formInOwnWords(outcome.error, { sentences, request, onFault }) }
    } catch (error) {
      // The error of onError.
      await outcome.reading.release()
      throw error
    }
  }

  /** The error itself, unless labels change its sentence. */
  #withLabels(error: UploadError<'invalid-form'>): UploadError<'invalid-form'> {
    const { errors } = error.details
    const labelled = this.#labels.addTo(errors)
    return labelled.every((each, index) => each === errors[index])
      ? error
      : new UploadError('invalid-form', { ...error.details, errors: labelled }, { cause: error })
  }
}

async function toAttempt(outcome: Outcome): Promise<FormAttempt<unknown>> {
  if (outcome.ok) return outcome
  const { error, reading } = outcome
  const kept = await reading.keep()
  await reading.release()
  return {
    ok: false,
    error,
    errors: new MultiMap(error.details.errors.map((each) => [each.field, each] as const)),
    values: new MultiMap(reading.values),
    ...(kept !== undefined && { kept }),
  }
}

/** @throws {TypeError} for a scope that says nothing, such as the id of a user that is not signed in. */
function checkReceiveOptions(options: FormReceiveOptions): void {
  checkOptions('form.receive', options, RECEIVE_KINDS)
  if (!('scope' in options)) return
  const scope: unknown = options.scope
  if (typeof scope === 'string' && scope !== '') return
  throw new TypeError(
    `"scope" of form.receive must be a text that is not empty, such as the id of a user; got ${tellValue(scope)}. ` +
      'Leave it out if every client may use the files of a hidden field.',
  )
}

type Others<Data> =
  | readonly [options?: FormReceiveOptions | undefined]
  | readonly [handler: FormHandler<Data, unknown>, options?: FormReceiveOptions | undefined]

/** The type follows from the shape. TypeScript cannot follow it through the tree. */
function toFormOutput<Shape extends FormShape>(reading: FormReading): FormOutput<Shape>
function toFormOutput(reading: FormReading): unknown {
  return reading.toValue()
}
