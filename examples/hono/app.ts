// Uploads in a Hono app, from a form that is read by hand to a URL that answers everything.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { IMAGES, MiB, receive, uploadSet } from 'decant'
import { diskStorage } from 'decant/disk'
import { uploadForm } from 'decant/form'
import { uploadHandler } from 'decant/handler'
import { honoHandler, honoProblems } from 'decant/hono'
import { attach } from 'decant/node'
import { z } from 'zod'
import { galleryPage } from './gallery-page.ts'

const photos = uploadSet('photos', {
  storage: diskStorage('uploads'),
  extensions: IMAGES,
  maxFileSize: 16 * MiB,
  url: '/photos',
})

const photoForm = uploadForm({ title: z.string().trim().min(1, 'Give it a title.').max(40), photo: photos.one() })

/** In the place of a database. */
const titles = new Map<string, string>()

const app = new Hono()

app.get('/', async (c) => c.html(galleryPage(await gallery())))

// A typed form: all of it, or none.
app.post('/', async (c) => {
  const result = await photoForm.attempt(c.req.raw, ({ title, photo }) => {
    titles.set(photo.key, title)
  })
  if (result.ok) return c.redirect('/', 303)
  return c.html(galleryPage(await gallery(), result), 422)
})

// A form as fields and files; nothing is kept.
app.post('/measure', async (c) => {
  const upload = await receive(c.req.raw, { maxFileSize: 1 * MiB })
  try {
    const { name, size } = upload.files.required('file')
    return c.json({ name, size })
  } finally {
    await upload.dispose()
  }
})

// A file under the policy of a set.
app.post('/avatar', async (c) => {
  const upload = await receive(c.req.raw)
  try {
    const avatar = await photos.save(upload.files.required('file'), { name: 'avatar.' })
    return c.json({ ...avatar, url: photos.url(avatar) }, 201)
  } finally {
    await upload.dispose()
  }
})

// A URL that takes, lists and serves files.
app.all('/photos/*', honoHandler(uploadHandler(photos, { listing: true })))

// Their refusals become problem details.
app.onError(honoProblems())

async function gallery(): Promise<{ title: string; url: string }[]> {
  const { files } = await photos.list({ order: 'newest' })
  return files.map((file) => ({ title: titles.get(file.key) ?? file.filename, url: photos.url(file) }))
}

const server = serve(
  { fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) },
  ({ port }) => console.log(`http://127.0.0.1:${port}/`),
)
attach(server)
