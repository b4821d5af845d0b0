/** The kind of a file, as the page shows it. Each kind has an icon. */
export type FileKind = 'image' | 'video' | 'audio' | 'document' | 'archive' | 'file'

const ARCHIVE = /^application\/(?:zip|gzip|x-(?:tar|gtar|bzip2?|xz|7z-compressed|rar-compressed)|zstd|vnd\.rar)$/
const DOCUMENT =
  /^(?:text\/.+|application\/(?:pdf|rtf|json|xml|msword|epub\+zip|vnd\.(?:ms-|oasis\.opendocument|openxmlformats).+))$/

/** Formats that all current browsers show. A TIFF or a HEIC would appear as a broken picture. */
const DRAWABLE = /^image\/(?:png|apng|jpeg|gif|webp|avif|bmp|svg\+xml)$/

/** The kind of a media type, `type/subtype`; `file` for all other types. */
export function fileKind(type: string): FileKind {
  if (type.startsWith('image/')) return 'image'
  if (type.startsWith('video/')) return 'video'
  if (type.startsWith('audio/')) return 'audio'
  if (ARCHIVE.test(type)) return 'archive'
  return DOCUMENT.test(type) ? 'document' : 'file'
}

/** True if an `<img>` shows files of this media type. */
export function isDrawable(type: string): boolean {
  return DRAWABLE.test(type)
}
