import { xmlAnswer } from './engine-message.ts'
import type { EngineAnswer } from './engine-message.ts'
import { element, textElement } from './xml.ts'

const STATUSES = {
  AccessDenied: 403,
  AuthorizationHeaderMalformed: 400,
  BadDigest: 400,
  ConditionalRequestConflict: 409,
  EntityTooSmall: 400,
  IncompleteBody: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  KeyTooLongError: 400,
  MalformedXML: 400,
  MetadataTooLarge: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchLifecycleConfiguration: 404,
  NoSuchUpload: 404,
  NotImplemented: 501,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
  XAmzContentSHA256Mismatch: 400,
} as const

/** A code of S3 in the body of an answer. */
export type EngineErrorCode = keyof typeof STATUSES

/** A refusal of the engine. */
export class EngineError extends Error {
  readonly code: EngineErrorCode

  constructor(code: EngineErrorCode, message = `The engine says ${code}`) {
    super(message)
    this.code = code
  }

  get status(): number {
    return STATUSES[this.code]
  }

  /** @param status another one than that of the code: Complete and Copy can fail in the body of a 200 */
  answer(status: number = this.status): EngineAnswer {
    return xmlAnswer(element('Error', textElement('Code', this.code), textElement('Message', this.message)), status)
  }
}
