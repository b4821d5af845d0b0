import { extensionOf } from '../filename/extension.ts'
import { expectationOf } from './content-table.ts'

/** The type of bytes of which nothing is known (RFC 2046 section 4.5.1). */
export const OCTET_STREAM = 'application/octet-stream'

/** The media type that the extension of a name stands for; `application/octet-stream` if the extension is not known. */
export function mediaType(filename: string): string {
  return expectationOf(extensionOf(filename)).type ?? OCTET_STREAM
}

/**
 * Whether the name of a file tells its content; the first name with an extension decides. An unknown extension tells
 * nothing, and neither does one of programs. One that stands for text tells of text alone.
 */
export function tellsContent(filenames: readonly string[], type: string): boolean {
  const extension = filenames.map(extensionOf).find((each) => each !== '') ?? ''
  const expectation = expectationOf(extension)
  return expectation.rest !== 'all' || expectation.type === type
}
