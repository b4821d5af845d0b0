// A form as fields and files; nothing is kept.
import { MiB, receive } from 'decant'
import { problemResponse } from 'decant/fetch'

export async function POST({ request }: { request: Request }) {
  let upload
  try {
    upload = await receive(request, { maxFileSize: 1 * MiB })
    const { name, size } = upload.files.required('file')
    return Response.json({ name, size })
  } catch (error) {
    return problemResponse(request, error)
  } finally {
    await upload?.dispose()
  }
}
