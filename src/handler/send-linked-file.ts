import type { VerifiedLink } from '../access/signed-links.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'
import type { Outgoing } from '../http/outgoing.ts'
import { serveFile } from '../serve/serve-file.ts'
import type { ServeOptions } from '../serve/serve-file.ts'
import type { Storage } from '../storage/storage.ts'

/**
 * As `sendFile`, for the file that a link opens. The link is checked against the open file, so that no other file can
 * take its place before the answer.
 *
 * @throws {UploadError} `file-gone`, `not-found`, and what `serveFile` throws.
 */
export async function sendLinkedFile(
  incoming: Incoming,
  storage: Storage,
  key: string,
  options: ServeOptions,
  link: VerifiedLink,
): Promise<Outgoing> {
  const file = await storage.open(key)
  try {
    link.check(file?.entry)
  } catch (error) {
    await file?.close()
    throw error
  }
  if (file === undefined) throw new UploadError('not-found', { key })
  return serveFile(incoming, file, options)
}
