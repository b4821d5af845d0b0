import { IMAGES, MiB, uploadSet } from 'decant'
import { diskStorage } from 'decant/disk'
import { uploadForm } from 'decant/form'
import { z } from 'zod'

/** The folder and the types of the pictures. */
export const photos = uploadSet('photos', {
  storage: diskStorage('uploads'),
  extensions: IMAGES,
  maxFileSize: 64 * MiB,
  url: '/photos',
})

export const photoForm = uploadForm({
  title: z.string().trim().min(1, 'Give it a title.').max(40),
  photo: photos.one(),
})
