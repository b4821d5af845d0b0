// A form as fields and files; nothing is kept.
import { MiB, receive } from 'decant'
import { nextProblems } from 'decant/next'

export const POST = nextProblems(async (request) => {
  const upload = await receive(request, { maxFileSize: 1 * MiB })
  try {
    const { name, size } = upload.files.required('file')
    return Response.json({ name, size })
  } finally {
    await upload.dispose()
  }
})
