import { formatBytes } from '../../../errors/byte-size.ts'
import { shownName } from '../shown-name.ts'

/** The limits of the server, so that a person need not wait for its refusal. The check of the server itself decides. */
export interface FileLimits {
  /** Bytes. */
  readonly maxFileSize: number
  /** Without dots; absent if all are allowed. */
  readonly extensions?: readonly string[]
}

/** The limits that the form carries in `data-max-file-size` and `data-extensions`. */
export function fileLimits({ dataset }: HTMLFormElement): FileLimits {
  const maxFileSize = Number(dataset['maxFileSize'] ?? Infinity)
  const extensions = dataset['extensions']
  return extensions === undefined ? { maxFileSize } : { maxFileSize, extensions: extensions.split(' ') }
}

/** The server's sentence for a file that it would refuse; `undefined` if the file may be sent. */
export function limitMet(
  { name, size }: { readonly name: string; readonly size: number },
  { maxFileSize, extensions }: FileLimits,
): string | undefined {
  const shown = shownName(name)
  if (size > maxFileSize)
    return `"${shown}" is larger than the limit of ${formatBytes(maxFileSize)} for a file. Choose a smaller file.`
  if (extensions === undefined) return undefined
  const lower = name.toLowerCase()
  if (extensions.some((extension) => lower.endsWith(`.${extension.toLowerCase()}`))) return undefined
  const dot = lower.lastIndexOf('.')
  const what = dot < 0 ? 'files without an extension' : `${shownName(lower.slice(dot))} files`
  return `"${shown}" is not allowed: ${what} are not accepted here. Allowed are ${extensions.join(', ')}.`
}
