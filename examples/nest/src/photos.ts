import { IMAGES, MiB, uploadSet } from 'decant'
import { diskStorage } from 'decant/disk'
import { uploadForm } from 'decant/form'
import { z } from 'zod'

export const photos = uploadSet('photos', {
  storage: diskStorage('uploads'),
  extensions: IMAGES,
  maxFileSize: 16 * MiB,
  url: '/photos',
})

export const photoForm = uploadForm({
  title: z.string().trim().min(1, 'Give it a title.').max(40),
  photo: photos.one(),
})
