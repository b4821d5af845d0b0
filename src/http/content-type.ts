import { leadingEssence, toMediaType } from './media-type.ts'
import type { MediaType } from './media-type.ts'

/**
 * The kind of a body, by its Content-Type.
 *
 * - `form`: `multipart/form-data`;
 * - `multipart`: another multipart, which is neither a form nor a file;
 * - `urlencoded`: a form without files;
 * - `text`: a text file, or a form with `enctype="text/plain"`;
 * - `file`: anything else.
 */
export type BodyKind = 'form' | 'multipart' | 'urlencoded' | 'text' | 'file'

/** The Content-Type of a request. It is parsed when it is first asked for, and only then. */
export class ContentType {
  /** As it was sent; '' if the request has none. */
  readonly text: string
  #parsed: { readonly mediaType: MediaType | undefined; readonly kind: BodyKind } | undefined

  constructor(text: string | undefined) {
    this.text = text ?? ''
  }

  /** `undefined` if the request has none, or one that is not valid. */
  get mediaType(): MediaType | undefined {
    return this.#parse().mediaType
  }

  get kind(): BodyKind {
    return this.#parse().kind
  }

  #parse(): { readonly mediaType: MediaType | undefined; readonly kind: BodyKind } {
    if (this.#parsed === undefined) {
      const mediaType = toMediaType(this.text)
      this.#parsed = { mediaType, kind: kindOf(mediaType, this.text) }
    }
    return this.#parsed
  }
}

function kindOf(mediaType: MediaType | undefined, text: string): BodyKind {
  const essence = mediaType?.essence ?? leadingMultipart(text)
  if (essence === undefined) return 'file'
  if (essence === 'multipart/form-data') return 'form'
  if (essence.startsWith('multipart/')) return 'multipart'
  if (essence === 'application/x-www-form-urlencoded') return 'urlencoded'
  return essence === 'text/plain' ? 'text' : 'file'
}

/** A multipart with parameters that cannot be read is refused for them. It must not be stored as a file. */
function leadingMultipart(text: string): string | undefined {
  const essence = leadingEssence(text)
  return essence?.startsWith('multipart/') === true ? essence : undefined
}
