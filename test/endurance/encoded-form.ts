import { buffer } from 'node:stream/consumers'
import { encodeMultipart } from '../../src/multipart.ts'
import type { FieldPart, FilePart } from '../../src/multipart.ts'

/** A form in one piece. */
export async function encodedForm(
  parts: readonly (FieldPart | FilePart)[],
): Promise<{ readonly contentType: string; readonly body: Buffer }> {
  const form = encodeMultipart(parts)
  return { contentType: form.contentType, body: await buffer(form.chunks()) }
}
