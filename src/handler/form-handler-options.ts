import type { FormError } from '../errors/upload-error-details.ts'
import type { AnyUploadError } from '../errors/upload-error.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import type { FormOutput, FormShape } from '../form/form-shape.ts'
import type { KeptFiles } from '../form/kept-files.ts'
import type { FileTransaction } from '../policy/file-transaction.ts'
import type { MultiMap } from '../receive/multi-map.ts'
import { HANDLER_GUARD_KINDS } from './handler-guards.ts'
import type { HandlerGuardOptions } from './handler-guards.ts'
import { UPLOAD_SLOT_KINDS } from './upload-slots.ts'
import type { UploadSlotOptions } from './upload-slots.ts'

/** The facts about a request that the hooks of `formHandler` get. */
export interface FormRequest<Native = unknown, Context = unknown> {
  /** The runtime's or framework's own request. */
  readonly request: Native
  /** The result of the `context` hook; `undefined` if there is none. */
  readonly context: Context
}

/** The facts that `received` gets beside the data. */
export interface ReceivedRequest<Native = unknown, Context = unknown> extends FormRequest<Native, Context> {
  /** The result of the `scope` hook; `undefined` if there is none. */
  readonly scope: string | undefined
  /** The transaction in which the files become visible. */
  readonly transaction: FileTransaction
  /** Aborts when the client has gone. The hook is waited for in any case. */
  readonly signal: AbortSignal
}

/** A form that is refused, with the data by which a page shows it again. */
export interface FormRefusal {
  readonly error: AnyUploadError
  /** By the names of the form fields; empty unless the form was read and is not valid. */
  readonly errors: MultiMap<FormError>
  /** The texts as they were sent; empty unless the form was read and is not valid. */
  readonly values: MultiMap<string>
  /** The files that need not be sent again; absent if no file is kept. */
  readonly kept?: KeptFiles
}

/** Options of `formHandler`: its URL, its hooks, and its answers. */
export interface FormHandlerOptions<
  Shape extends FormShape = FormShape,
  Native = unknown,
  Context = undefined,
  Result = unknown,
>
  extends HandlerGuardOptions<Native>, UploadSlotOptions {
  /**
   * The path of the form, such as `/letters`, if nothing in front of the handler strips it. Default: the path that a
   * framework has stripped, or none.
   */
  readonly base?: string | undefined
  /**
   * Makes the facts about the client that the other hooks need, such as its user. It is called once for each form.
   * Annotate its parameter with the request of your framework: `express.Request`, `FastifyRequest`, Koa's or Hono's
   * `Context`, `NextRequest`, `Request`.
   */
  readonly context?: ((request: Native) => Context | PromiseLike<Context>) | undefined
  /**
   * Decides on every form, before any byte is read. Only `true` allows it. The hook may also throw an `UploadError`.
   * Default: all is allowed.
   */
  readonly authorize?: ((request: FormRequest<Native, Context>) => boolean | PromiseLike<boolean>) | undefined
  /**
   * The owner of files that the form keeps, such as the id of a user: the `scope` of `attempt`. Any other result than a
   * text that is not empty is a TypeError. Default: none.
   */
  readonly scope?: ((request: FormRequest<Native, Context>) => string | PromiseLike<string>) | undefined
  /**
   * Handles the data of a valid form. Its files have their keys already, and are not visible yet. If it throws, no file
   * is kept. Throw an `UploadError` of `invalid-form` for faults that only it can know.
   *
   * Its result is the JSON of the answer, with status 201; without a result, the status is 204. A Fetch `Response` is
   * sent as it is.
   */
  readonly received: (
    data: FormOutput<Shape>,
    request: ReceivedRequest<Native, Context>,
  ) => Result | PromiseLike<Result>
  /**
   * The URL to which a browser goes after a form that was sent without JavaScript (303), or a function of the result.
   * Default: a browser gets the same answer as other clients.
   */
  readonly redirect?: string | ((result: Awaited<Result>) => string) | undefined
  /**
   * Makes the page that shows the form again, if a browser sent it without JavaScript. `undefined` sends the problem
   * details, as other clients get them. `context` is `undefined` if the `context` hook has failed. Default: problem
   * details.
   */
  readonly refused?:
    | ((
        refusal: FormRefusal,
        request: FormRequest<Native, Context | undefined>,
      ) => Response | undefined | PromiseLike<Response | undefined>)
    | undefined
}

export const FORM_HANDLER_KINDS: OptionKinds<FormHandlerOptions> = {
  ...HANDLER_GUARD_KINDS,
  ...UPLOAD_SLOT_KINDS,
  base: OPTION_KINDS.text,
  context: OPTION_KINDS.call,
  authorize: OPTION_KINDS.call,
  scope: OPTION_KINDS.call,
  received: OPTION_KINDS.call,
  redirect: {
    says: 'a URL or a function',
    takes: (value) => OPTION_KINDS.text.takes(value) || OPTION_KINDS.call.takes(value),
  },
  refused: OPTION_KINDS.call,
}
