import { DOCUMENTS, folderOf, IMAGES, MiB, uploadSet } from 'decant'
import { diskStorage } from 'decant/disk'
import { uploadForm } from 'decant/form'
import { uploadHandler } from 'decant/handler'
import type { NextRequest } from 'next/server'
import { z } from 'zod'
import { addDocument, commitUpload, isCommitted, removeDocument } from './database'
import { secret, userOf } from './session'

/** Asked about the files of a process that died: the database decides. All storages of a transaction share it. */
const recover = ({ id }: { readonly id: string }) => (isCommitted(id) ? 'publish' : 'discard')
const storageAt = (folder: string) => diskStorage(`uploads/${folder}`, { durable: true, recover })

const documents = uploadSet('documents', {
  storage: storageAt('documents'),
  extensions: [...DOCUMENTS, 'txt', ...IMAGES],
  maxFileSize: 64 * MiB,
})

/** A picture has a new URL each time, so no cache shows the old one. */
export const pictures = uploadSet('pictures', {
  storage: storageAt('pictures'),
  extensions: IMAGES,
  deny: ['svg'],
  maxFileSize: 4 * MiB,
  naming: 'unique',
})
export const thumbs = uploadSet('thumbs', {
  storage: storageAt('thumbs'),
  extensions: ['webp'],
  naming: 'unique',
  url: '/avatars',
})

export const profileForm = uploadForm(
  {
    about: z.string().trim().min(1, 'Say something about you.').max(80, 'Use at most 80 characters.'),
    picture: pictures.one(),
  },
  // React empties the form after each action. So a good picture is kept, and need not be chosen again.
  { keep: { secret } },
)

/** Each user has documents of its own, at the same URLs. */
export const documentsHandler = uploadHandler(documents, {
  listing: true,
  deletion: true,
  context: (request: NextRequest) => ({ user: userOf(request.cookies) }),
  authorize: ({ context }) => context.user !== undefined,
  scope: ({ context }) => folderOf(context.user?.id ?? ''),
  stored(files, { context: { user }, transaction }) {
    if (user === undefined) return
    commitUpload(transaction.id, () => files.forEach((file) => addDocument(user.id, file)))
  },
  deleted: (file) => removeDocument(file.key),
})

/** The URL of a document for its owner. */
export function documentUrl(user: number, key: string): string {
  return `/documents${documentsHandler.url({ set: 'documents', key }, { scope: folderOf(user) })}`
}

/** The thumbnails, for all users that are signed in. */
export const thumbsHandler = uploadHandler(thumbs, {
  context: (request: NextRequest) => ({ user: userOf(request.cookies) }),
  authorize: ({ action, context }) => action === 'fetch' && context.user !== undefined,
  maxAge: 3600,
  immutable: true,
})

export async function sweep(): Promise<void> {
  for (const { storage } of [documents, pictures, thumbs]) await storage.sweep()
}
