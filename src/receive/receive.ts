import { createSpool } from '#spool'
import { checkSite, toSiteRules } from '../access/check-site.ts'
import type { SiteOptions } from '../access/check-site.ts'
import { PROCESS_MEMORY_LIMIT } from '../budget/process-memory.ts'
import { checkOptions } from '../errors/check-options.ts'
import { toLimit } from '../errors/limit.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { discardBody } from '../http/discard-body.ts'
import { toTextDecoder } from '../multipart/text.ts'
import { toIncoming } from '../http/to-incoming.ts'
import type { AnyRequest } from '../http/to-incoming.ts'
import { AcceptedFiles } from './accepted-files.ts'
import type { AcceptedSets } from './accepted-files.ts'
import { RECEIVE_LIMIT_KINDS, toReceiveLimits } from './form-limits.ts'
import type { ReceiveLimitOptions } from './form-limits.ts'
import { MultiMap } from './multi-map.ts'
import { readForm } from './read-form.ts'
import type { FileHead, FileSink } from './read-form.ts'
import { ReceivedFile } from './received-file.ts'
import { UploadedFiles } from './uploaded-files.ts'

/** A form, received whole. `dispose` removes its remaining files, and so does `await using` (Node 24 and later). */
export interface Upload extends AsyncDisposable {
  readonly fields: MultiMap<string>
  readonly files: UploadedFiles
  /**
   * The charset of the fields: the one that a field called `_charset_` names, otherwise `utf-8`. It has its name of the
   * Encoding Standard. If the Content-Type of a part names another charset, that part is read by it. A text that is not
   * UTF-8 is read as windows-1252.
   */
  readonly charset: string
  /** Removes the temporary files; saved ones stay. Never rejects. */
  dispose(): Promise<void>
}

/** Options of `receive`: its limits, its memory, the sites that may send forms, and the sets that judge its files. */
export interface ReceiveOptions extends ReceiveLimitOptions, SiteOptions {
  /**
   * The sets whose policies the files must meet: one set for all fields, or an object with a set for each file field.
   * The sets store nothing. With an object, a file in any other field is refused with `invalid-form`. The defaults of
   * `maxFileSize` and `maxFiles` are those of the sets. Default: every file is taken.
   */
  readonly accept?: AcceptedSets | undefined
  /** Bytes up to which a file stays in memory; larger ones go to a temporary file. Default 512,000. */
  readonly memoryLimit?: number | undefined
  /**
   * Bytes that the files of all forms in this process may have in memory together. A file that would go beyond that
   * goes to the temporary file of its form, however small it is. Default 128 MiB.
   */
  readonly totalMemoryLimit?: number | undefined
  /** The folder of temporary files, which have no name there. Default: the system's folder for temporary files. */
  readonly temporaryFolder?: string | undefined
  /** Gives up and removes everything; `receive` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

const RECEIVE_KINDS: OptionKinds<ReceiveOptions> = {
  ...RECEIVE_LIMIT_KINDS,
  // `AcceptedFiles` checks it and reports its faults.
  accept: OPTION_KINDS.own,
  // `toSiteRules` checks them and reports their faults.
  origins: OPTION_KINDS.own,
  memoryLimit: OPTION_KINDS.size,
  totalMemoryLimit: OPTION_KINDS.size,
  temporaryFolder: OPTION_KINDS.text,
  signal: OPTION_KINDS.signal,
}

/**
 * Receives a form, `multipart/form-data` or urlencoded: its fields and its files. Small files are kept in memory.
 * Larger ones go to a temporary file that disappears in every case. Every dimension has a limit, and a form that is
 * broken in any way is refused as a whole.
 *
 * A form that a page of another site made a browser send is refused before it is read, unless `origins` allows it.
 * After a refusal the rest of the body is read and thrown away within bounds, so that the client gets the answer.
 *
 * @example
 * ```ts
 * const upload = await receive(request, { maxFileSize: 16 * MiB })
 * try {
 *   const file = upload.files.required('file')
 *   await file.save(join(UPLOAD_FOLDER, storedName(file.name)))
 * } finally {
 *   await upload.dispose()
 * }
 * ```
 * @throws {UploadError} `unsupported-media-type` (415) for another type of body and for a compressed one;
 *   `unsupported-transfer-coding` (501). `malformed-body` and `truncated-body` (400); `cross-site` (403);
 *   `request-timeout` (408). `body-too-large`, `file-too-large`, `too-many-files`, ... (413); `storage-full` (507).
 *   With `accept`, also the errors of `UploadSet.save` for names, types and sizes, and those of checks; `invalid-form`
 *   (422).
 * @throws {TypeError} if a body parser has read the body already. Also for a request and an option that is not valid.
 */
export async function receive(request: AnyRequest, options: ReceiveOptions = {}): Promise<Upload> {
  checkOptions('receive', options, RECEIVE_KINDS)
  const { temporaryFolder, signal } = options
  const memoryLimit = toLimit('memoryLimit', options.memoryLimit, 512_000)
  const totalMemoryLimit = toLimit('totalMemoryLimit', options.totalMemoryLimit, PROCESS_MEMORY_LIMIT)
  const accepted = options.accept === undefined ? undefined : new AcceptedFiles(options.accept)
  const limits = toReceiveLimits({
    ...options,
    maxFileSize: options.maxFileSize ?? accepted?.maxFileSize,
    maxFiles: options.maxFiles ?? accepted?.maxFiles,
  })
  const fileLimits = accepted?.fileLimits(limits.maxFileSize) ?? [limits]
  const rules = toSiteRules(options)
  const incoming = toIncoming(request)
  const spool = createSpool({ memoryLimit, totalMemoryLimit, temporaryFolder })
  const dispose = (): Promise<void> => spool.dispose()
  const received: ReceivedFile[] = []
  const openFile = (head: FileHead): FileSink => {
    const inspection = head.filename === '' ? undefined : accepted?.admit(head)
    const file = new ReceivedFile({ head, content: spool.openFile(), maxFileSize: limits.maxFileSize, inspection })
    received.push(file)
    return file
  }

  try {
    checkSite(incoming, rules)
    const form = await readForm(incoming, { limits, fileLimits, openFile, signal })
    const fields = new MultiMap(form.fields)
    const files = received.map((file) => [file.field, file.toUploadedFile()] as const)
    const isUrlencoded = incoming.contentType.kind === 'urlencoded'
    return {
      fields,
      files: new UploadedFiles(files, { isUrlencoded, fields }),
      charset: toTextDecoder(form.charset ?? '')?.encoding ?? 'utf-8',
      dispose,
      [Symbol.asyncDispose]: dispose,
    }
  } catch (error) {
    await dispose()
    await discardBody(incoming)
    throw error
  }
}
