import { env } from 'node:process'
import { ALL, IMAGES, isUploadError, MiB, receive, uploadSet } from 'decant'
import { problemResponse } from 'decant/fetch'

// An app, and with BROKEN_APP one whose author forgot to say which types it accepts.
const policy = env['BROKEN_APP'] ? { extensions: ALL, content: 'trust' } : { extensions: IMAGES }

export function createApp(storage) {
  const photos = uploadSet('photos', { storage, maxFileSize: 1 * MiB, ...policy })
  return async (request) => {
    const upload = await receive(request)
    try {
      const photo = await photos.save(upload.files.required('photo'), { folder: upload.fields.get('album') })
      return Response.json(photo, { status: 201 })
    } catch (error) {
      if (!isUploadError(error)) throw error
      if (error.status >= 500) return new Response('Please try again later', { status: 503 })
      return await problemResponse(request, error)
    } finally {
      await upload.dispose()
    }
  }
}
