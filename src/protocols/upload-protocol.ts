import type { Incoming } from '../http/incoming.ts'
import type { UploadDraftOptions } from '../policy/draft-source.ts'
import { publishTogether } from '../policy/publish-together.ts'
import type { UploadDraft } from '../policy/upload-draft.ts'
import type { Placement, UploadHead } from '../policy/upload-head.ts'
import type { UploadSet } from '../policy/upload-set.ts'
import type { FormField } from '../receive/form-field.ts'
import type { FormLimits } from '../receive/form-limits.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { Receipt } from './receipt.ts'

/** An upload that may be received: the client is allowed to make it, and its body is not read yet. */
export interface AdmittedUpload {
  readonly incoming: Incoming
  readonly set: UploadSet
  readonly limits: FormLimits
  /** Chooses the folder and the name of a file that the URL does not name. Default: the rule of the set. */
  readonly place?: ((head: UploadHead) => Placement | Promise<Placement>) | undefined
  /** Publishes the files of the request, together with work of the application. Default: without such work. */
  readonly publish?:
    | ((drafts: readonly UploadDraft[], fields: readonly FormField[]) => Promise<PublishedFiles>)
    | undefined
  /** The key that the URL gives the file; absent if the URL is that of the set. */
  readonly key?: string | undefined
  /** The key as the client spells it; given if the client may not learn whether it is taken. */
  readonly unseenAs?: string | undefined
  /** Whether files that macOS keeps beside others (`._x`, `.DS_Store`) are left out. Default false. */
  readonly skipCompanions?: boolean | undefined
}

/** The files of a request that are stored now. */
export interface PublishedFiles {
  /** In the order of the drafts. */
  readonly stored: readonly StoredFile[]
  readonly result?: unknown
}

/** A kind of upload: a form, or a body that is the file itself. It stores all files by the set's rules, or none. */
export interface UploadProtocol {
  /** True if the request is one of this protocol, by its method, URL and header. */
  claims(upload: AdmittedUpload): boolean
  receive(upload: AdmittedUpload): Promise<Receipt>
}

/** Options of a draft that `publishFiles` gets. Only work of the application reads a draft before it is published. */
export function draftOptions({ publish }: AdmittedUpload): UploadDraftOptions {
  return publish === undefined ? { reads: 'never' } : {}
}

/** Stores the files of a request: all of them, or none. */
export async function publishFiles(
  { publish }: AdmittedUpload,
  drafts: readonly UploadDraft[],
  fields: readonly FormField[],
): Promise<PublishedFiles> {
  return publish === undefined ? { stored: await publishTogether(drafts) } : publish(drafts, fields)
}
