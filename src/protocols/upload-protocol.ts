import type { Incoming } from '../http/incoming.ts'
import type { UploadSet } from '../policy/upload-set.ts'
import type { FormLimits } from '../receive/form-limits.ts'
import type { Receipt } from './receipt.ts'

/** An upload that may be received: the client is allowed to make it, and its body is not read yet. */
export interface AdmittedUpload {
  readonly incoming: Incoming
  readonly set: UploadSet
  readonly limits: FormLimits
  /** The key that the URL gives the file; absent if the URL is that of the set. */
  readonly key?: string | undefined
  /** The key as the client spells it; given if the client may not learn whether it is taken. */
  readonly unseenAs?: string | undefined
  /** Whether files that macOS keeps beside others (`._x`, `.DS_Store`) are left out. Default false. */
  readonly skipCompanions?: boolean | undefined
}

/** A kind of upload: a form, or a body that is the file itself. It stores all files by the set's rules, or none. */
export interface UploadProtocol {
  /** True if the request is one of this protocol, by its method, URL and header. */
  claims(upload: AdmittedUpload): boolean
  receive(upload: AdmittedUpload): Promise<Receipt>
}
