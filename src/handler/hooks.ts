import type { UploadRequest } from '../access/upload-request.ts'
import type { FormField } from '../receive/form-field.ts'
import type { FileTransaction } from '../policy/file-transaction.ts'
import type { FilePlace } from '../policy/file-place.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { ROOT } from './scope.ts'

/** The facts about a request that every hook gets. */
export interface ClientRequest<Native = unknown, Context = unknown> {
  /** The upload set's name. */
  readonly set: string
  /** The runtime's or framework's own request. */
  readonly request: Native
  /** The result of the `context` hook; `undefined` if there is none. */
  readonly context: Context
}

/** The question that `scope` answers. */
export type ScopeRequest<Native = unknown, Context = unknown> = ClientRequest<Native, Context>

/** The facts of a request in a scope. */
export interface ScopedRequest<Native = unknown, Context = unknown> extends ClientRequest<Native, Context> {
  /** The folder below which all keys of this client lie; '' for the whole set. */
  readonly scope: string
}

/** The question that `place` answers, once for each file of a POST, before its bytes come. */
export interface PlaceRequest<Native = unknown, Context = unknown> extends ScopedRequest<Native, Context> {
  /** The name that the client gave. */
  readonly filename: string
  /** The media type that the client claims. */
  readonly type?: string | undefined
  /** The name of the form field; absent if the file is the body itself. */
  readonly field?: string | undefined
}

/** The facts that `stored` gets beside the files. */
export interface StoredRequest<Native = unknown, Context = unknown> extends ScopedRequest<Native, Context> {
  /** The transaction in which the files become visible. */
  readonly transaction: FileTransaction
  /** The fields of a form, in order of arrival; empty if the file is the body itself. */
  readonly fields: readonly FormField[]
  /** Aborts when the client has gone. The hook is still waited for. */
  readonly signal: AbortSignal
}

/** The facts that `deleted` gets beside the file. */
export interface DeletedRequest<Native = unknown, Context = unknown> extends ScopedRequest<Native, Context> {
  /** Aborts when the client has gone. The hook is still waited for. */
  readonly signal: AbortSignal
}

/**
 * The hooks by which an application with users joins in. Keys in all of them are keys of the storage, as
 * `UploadSet.get` takes them. Each hook may be asynchronous. `context`, `authorize`, `scope` and `place` are abandoned
 * when the client goes. `stored` and `deleted` are waited for, since they may have written to a database.
 *
 * A hook may throw an `UploadError`, which the client gets. Any other error is a failure of the server: the client gets
 * 500, and nothing is left of the request.
 */
export interface UploadHooks<Native = unknown, Context = undefined> {
  /**
   * Makes the facts about the client that the other hooks need, such as its user. It is called once for each request,
   * but not for one with a signed link. Annotate its parameter with the request of your framework: `express.Request`,
   * `FastifyRequest`, Koa's or Hono's `Context`, `NextRequest`, `Request`.
   */
  readonly context?: ((request: Native) => Context | PromiseLike<Context>) | undefined
  /**
   * Decides on every request, before any byte is read. Only `true` allows it. The hook may also throw an `UploadError`.
   * Default: all is allowed.
   */
  readonly authorize?: ((request: UploadRequest<Native, Context>) => boolean | PromiseLike<boolean>) | undefined
  /**
   * The folder below which this client can list, fetch, upload and delete: `folderOf(user.id)`, or `ROOT` for the
   * whole set. Keys that the client sends and gets are relative to it, and no answer tells it. So files are sent from
   * here, also if the storage has them served by another server, unless a link opens them. Any other result is a
   * TypeError, so a missing id never opens the root. On a file system that folds case, two folders that differ only in
   * case are one: `folderOf` never makes such folders. Default: every client sees the whole set.
   */
  readonly scope?:
    | ((request: ScopeRequest<Native, Context>) => string | typeof ROOT | PromiseLike<string | typeof ROOT>)
    | undefined
  /**
   * The folder below the scope, and the name, of a file that is posted. Another result is a TypeError, and so is a
   * folder that is `undefined`. A PUT names its place itself. Default: the scope, and the name by the rule of the set.
   */
  readonly place?:
    | ((request: PlaceRequest<Native, Context>) => FilePlace | undefined | PromiseLike<FilePlace | undefined>)
    | undefined
  /**
   * Called with the files of an upload, which have their keys and are not visible yet. If it throws, no file is kept.
   * Its result, if it is not `undefined`, is the member `result` of the answer. The storage needs transactions, and
   * asks its `recover` if the process dies meanwhile.
   */
  readonly stored?: ((files: readonly StoredFile[], request: StoredRequest<Native, Context>) => unknown) | undefined
  /** Called before a file is deleted. If it throws, the file stays. */
  readonly deleted?: ((file: StoredFile, request: DeletedRequest<Native, Context>) => unknown) | undefined
}
