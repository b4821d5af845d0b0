import type { FileLimit } from './file-limit.ts'

/**
 * The details of each refusal, by code. Each of them is also a member of the problem details (RFC 9457) that the client
 * gets. So details must not hold a path of the server.
 */
export interface UploadErrorDetails {
  'malformed-body': { reason: string }
  'truncated-body': { reason?: string }
  'malformed-request': { reason: string }
  'digest-mismatch': { algorithm: string }
  'invalid-key': { key: string; reason: string; suggestion?: string }
  'invalid-name': { filename: string; reason: string; hint?: string; field?: string }
  /** Without a challenge, the answer has no WWW-Authenticate: the application signs its users in by a session. */
  unauthenticated: { challenge?: string }
  forbidden: { action: string }
  'invalid-link': Record<never, never>
  'cross-site': { origin: string; hint?: string }
  'unknown-host': { host: string }
  'not-found': { key?: string }
  'method-not-allowed': { method: string; allow: readonly string[]; hint?: string }
  'request-timeout': { idleTimeoutMs: number }
  /** With a `folder`: that key is a folder on the way to `key`, and a file has its name. */
  'name-taken': { key: string; folder?: string }
  /** `retryAfter` in seconds. */
  'too-many-requests': { retryAfter?: number }
  /** Bytes that the files of one client, user or project may have together, and the bytes that they have now. */
  'quota-exceeded': { limit: number; used?: number }
  /** A refusal of the application itself. */
  refused: RefusedDetails
  'link-expired': Record<never, never>
  'file-gone': Record<never, never>
  'length-required': Record<never, never>
  'precondition-failed': Record<never, never>
  'body-too-large': { limit: number; limits?: readonly FileLimit[] }
  'file-too-large': { limit: number; filename: string; field?: string }
  /** `count` and `min` are for inputs of a form, as in the codes of `FormErrorDetails`. */
  'too-many-files': { limit: number; count?: number; field?: string }
  'too-many-fields': { limit: number }
  'too-many-parts': { limit: number }
  'field-too-large': { limit: number; field: string; hint?: string }
  'fields-too-large': { limit: number; hint?: string }
  'part-header-too-large': { limit: number }
  'too-many-part-headers': { limit: number }
  'name-too-long': { limit: number }
  'padding-too-large': { limit: number }
  'unsupported-media-type': { contentType: string; contentEncoding?: string; hint?: string }
  'type-not-allowed': { filename: string; extension: string; allowed?: readonly string[]; field?: string }
  'type-mismatch': {
    filename: string
    extension: string
    found: string
    reason?: string
    suggestion?: string
    field?: string
  }
  'range-not-satisfiable': { size: number }
  'header-too-large': Record<never, never>
  'invalid-form': { errors: readonly FormError[] }
  'missing-file': { field?: string; hint?: string; min?: number }
  'no-file-selected': { field?: string; skipped?: readonly string[]; min?: number }
  'file-too-small': { limit: number; filename: string; field?: string }
  'content-refused': { filename: string; reason: string; field?: string }
  'storage-failed': Record<never, never>
  'unsupported-transfer-coding': { coding: string }
  'storage-full': Record<never, never>
  /** `retryAfter` in seconds. Default 10. */
  overloaded: { retryAfter?: number }
  'check-unavailable': { filename: string; field?: string }
  'publishing-delayed': Record<never, never>
  'internal-error': Record<never, never>
}

/** An application's own refusal. */
export interface RefusedDetails {
  /**
   * From 400 to 499, or 503. 401 is not possible: throw `unauthenticated`. Neither are 405, 407, 408, 417, 421, 425 and
   * 426. They need headers of their own, or make a client send the request again by itself.
   */
  readonly status: number
  /** A short summary, the same for every refusal of this kind. */
  readonly title: string
  /** A sentence that tells a person what to do. */
  readonly detail: string
  /** Seconds after which the client may try again; rounded up. The answer has them as Retry-After. */
  readonly retryAfter?: number
  /** Facts for a program, fit for JSON. All of it is shown to the client. */
  readonly data?: Readonly<Record<string, unknown>>
  /** The form field of the file that is refused. */
  readonly field?: string
}

/** The closed union of everything Decant can refuse. Stable: a code is never renamed or reused. */
export type UploadErrorCode = keyof UploadErrorDetails

/** The details of each fault of one control of a form, beside the refusals of its files. */
export interface FormErrorDetails {
  /** It has to be filled in. */
  'missing-field': Record<never, never>
  /** The schema does not take the value; the sentence is the schema's. */
  'invalid-value': Record<never, never>
  /** It has to be JSON of at most `limit` levels. Without `limit`, it is not JSON. */
  'invalid-json': { limit?: number }
  /** It came `count` times, and is not a list. */
  'repeated-field': { count: number }
  /** The form declares no field of this name. */
  'unknown-field': Record<never, never>
  /** A file input was sent without a filename, which makes it text. */
  'not-a-file': Record<never, never>
  /** A field was sent as a file. */
  'not-text': Record<never, never>
  'too-few-items': { min: number; count: number }
  'too-many-items': { limit: number; count: number }
  'too-few-files': { min: number; count: number }
  /** A file of an earlier try is no longer kept. */
  'file-expired': Record<never, never>
}

/** The faults of one control of a form, beside the refusals of its files. */
export type FormErrorCode = keyof FormErrorDetails

/** The details of each `FormError`, by code. */
export type FormErrorMembers = FormErrorDetails & Omit<UploadErrorDetails, 'invalid-form'>

/** The members that every `FormError` has. */
export interface FormErrorHead<Code> {
  /** The place in the form's data: `['items', 0, 'name']`. */
  readonly path: readonly (string | number)[]
  /** The name of the form field, as HTML has it: `items[0].name`. */
  readonly field: string
  /** The name of the field for a person, if the form declares `labels`: sentences begin with it. */
  readonly label?: string
  readonly code: Code
  /** A sentence that a person can act on, to be shown beside the control: it does not name it. */
  readonly detail: string
}

/**
 * A fault of one control of a form: fit for JSON, and for the page that shows the form again. Switch on `code`: the
 * details of that code stand beside it.
 */
export type FormError<Code extends keyof FormErrorMembers = keyof FormErrorMembers> = {
  [Each in Code]: FormErrorHead<Each> & Readonly<FormErrorMembers[Each]>
}[Code]
