import { checkOptions } from '../errors/check-options.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { fromBase64url, toBase64url } from '../access/base64url.ts'
import { UploadError } from '../errors/upload-error.ts'
import { signer } from '../access/signer.ts'
import type { Secret, Signer } from '../access/signer.ts'
import type { FilesNode } from './files-node.ts'
import type { FormTree } from './form-tree.ts'
import type { PlaceFacts } from './sent-file.ts'

/** The name of the hidden field that tells the files of an earlier try. */
export const KEPT_FIELD = '_kept'

/** Options of `keep`: the secret of the hidden field, and the time for which files are kept. */
export interface KeepOptions {
  /**
   * At least 32 random bytes, known only to your servers; a string counts in UTF-8. If there are several, the first
   * signs and all are accepted.
   */
  readonly secret: Secret | readonly Secret[]
  /** Milliseconds for which files are kept. Default an hour. */
  readonly expiresInMs?: number | undefined
}

/** Files that need not be sent again. */
export interface KeptFiles {
  /** Put it into the form when you show it again: `<input type="hidden" name="_kept" value="...">`. */
  readonly field: { readonly name: string; readonly value: string }
  readonly files: readonly KeptFile[]
  readonly expiresAt: Date
}

/** A file that need not be sent again. */
export interface KeptFile {
  /** The name of the form field. */
  readonly field: string
  /** The name that the client gave. */
  readonly filename: string
  /** Bytes. */
  readonly size: number
}

const HOUR_MS = 3_600_000

/** A draft that was set aside, the form field that it was sent in, and the set that has admitted it. */
type KeptDraft = readonly [field: string, set: string, id: string]

/** The content of a token. The scope is shown to the client only by a signature, so that a token does not tell it. */
interface TokenContent {
  readonly scope: string
  readonly drafts: readonly KeptDraft[]
}

const KEEP_KINDS: OptionKinds<KeepOptions> = { secret: OPTION_KINDS.own, expiresInMs: OPTION_KINDS.own }

/** Keeps the good files of a refused form, and finds them again by the token in a hidden field. */
export class FileKeeper {
  readonly #signer: Signer
  readonly #expiresInMs: number

  /** @throws {TypeError} for a secret of less than 32 bytes, and a time that is not a positive number. */
  constructor(options: KeepOptions) {
    checkOptions('keep', options, KEEP_KINDS)
    const { secret, expiresInMs = HOUR_MS } = options
    this.#signer = signer(secret)
    if (!(expiresInMs > 0 && expiresInMs < Infinity)) {
      throw new TypeError(`expiresInMs must be a positive number of milliseconds, not ${String(expiresInMs)}.`)
    }
    this.#expiresInMs = expiresInMs
  }

  /**
   * Sets the good files of a form aside; `undefined` if there are none.
   *
   * @param scope the owner: a request with another scope does not get the files
   */
  async keep(inputs: readonly FilesNode[], scope: string | undefined): Promise<KeptFiles | undefined> {
    const expiresAt = new Date(Date.now() + this.#expiresInMs)
    const drafts: KeptDraft[] = []
    const files: KeptFile[] = []
    for (const input of inputs) {
      for (const { id, filename, size } of await input.keep(expiresAt)) {
        drafts.push([input.field, input.set, id])
        files.push({ field: input.field, filename, size })
      }
    }
    if (drafts.length === 0) return undefined
    return { field: { name: KEPT_FIELD, value: await this.#toToken(drafts, scope) }, files, expiresAt }
  }

  /**
   * Puts the files of earlier tries back into the form. A file of this try replaces the kept one. A file that is no
   * longer kept is an error of its input.
   *
   * @throws {UploadError} `not-found` for a token of another scope, before any file is claimed.
   */
  async claim(tokens: readonly string[], tree: FormTree, asked: PlaceFacts): Promise<void> {
    const kept: KeptDraft[] = []
    for (const token of new Set(tokens)) kept.push(...(await this.#fromToken(token, asked.scope)))
    for (const [field, set, id] of kept) {
      const node = tree.controlFor(field)
      if (node?.kind === 'files') await node.claim([id, set], asked)
    }
  }

  async #toToken(drafts: readonly KeptDraft[], scope: string | undefined): Promise<string> {
    const scopeText = scope === undefined ? '' : toBase64url(await this.#signer.sign(toScopeMessage(scope)))
    const content: TokenContent = { scope: scopeText, drafts }
    const text = toBase64url(new TextEncoder().encode(JSON.stringify(content)))
    return `${text}.${toBase64url(await this.#signer.sign(toMessage(text)))}`
  }

  /**
   * The drafts of a token. If this server has not signed it, there are none.
   *
   * @throws {UploadError} `not-found` for a token of another scope.
   */
  async #fromToken(token: string, scope: string | undefined): Promise<readonly KeptDraft[]> {
    const [text = '', signatureText = '', ...others] = token.split('.')
    if (others.length > 0) return []
    const [bytes, signature] = [fromBase64url(text), fromBase64url(signatureText)]
    if (bytes === undefined || signature === undefined) return []
    if (!(await this.#signer.verify(toMessage(text), signature))) return []
    const content: unknown = JSON.parse(new TextDecoder().decode(bytes))
    if (!isTokenContent(content)) return []
    if (!(await this.#isScope(content.scope, scope))) throw new UploadError('not-found', {})
    return content.drafts
  }

  async #isScope(text: string, scope: string | undefined): Promise<boolean> {
    if (scope === undefined || text === '') return scope === undefined && text === ''
    const signature = fromBase64url(text)
    return signature !== undefined && (await this.#signer.verify(toScopeMessage(scope), signature))
  }
}

/** The first word distinguishes a token from other texts that the same secret signs. */
function toMessage(text: string): string {
  return `decant-kept-2 ${text}`
}

function toScopeMessage(scope: string): string {
  return `decant-kept-scope-1 ${scope}`
}

function isTokenContent(value: unknown): value is TokenContent {
  if (typeof value !== 'object' || value === null || !('scope' in value && 'drafts' in value)) return false
  return typeof value.scope === 'string' && Array.isArray(value.drafts) && value.drafts.every(isKeptDraft)
}

function isKeptDraft(value: unknown): value is KeptDraft {
  return Array.isArray(value) && value.length === 3 && value.every((part) => typeof part === 'string')
}
