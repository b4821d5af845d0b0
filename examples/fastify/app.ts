// Uploads in a Fastify app, from a form that is read by hand to a URL that answers everything.
/* oxlint-disable oxc/no-async-endpoint-handlers -- They are Fastify's, which takes what they reject with. */
import fastify from 'fastify'
import { IMAGES, MiB, receive, uploadSet } from 'decant'
import { diskStorage } from 'decant/disk'
import { fastifyDecant, fastifyHandler } from 'decant/fastify'
import { uploadForm } from 'decant/form'
import { uploadHandler } from 'decant/handler'
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

const app = fastify()

// Forms stay unread for the routes below, and what Decant refuses becomes problem details; all else is Fastify's own.
await app.register(fastifyDecant)

app.get('/', async (_request, reply) => reply.type('text/html').send(galleryPage(await gallery())))

// A typed form: all of it, or none.
app.post('/', async (request, reply) => {
  const result = await photoForm.attempt(request, ({ title, photo }) => {
    titles.set(photo.key, title)
  })
  if (result.ok) return reply.redirect('/', 303)
  return reply
    .code(result.error.status)
    .type('text/html')
    .send(galleryPage(await gallery(), result))
})

// A form as fields and files; nothing is kept.
app.post('/measure', async (request) => {
  const upload = await receive(request, { maxFileSize: 1 * MiB })
  try {
    const { name, size } = upload.files.required('file')
    return { name, size }
  } finally {
    await upload.dispose()
  }
})

// A file under the policy of a set.
app.post('/avatar', async (request, reply) => {
  const upload = await receive(request)
  try {
    const avatar = await photos.save(upload.files.required('file'), { name: 'avatar.' })
    return await reply.code(201).send({ ...avatar, url: photos.url(avatar) })
  } finally {
    await upload.dispose()
  }
})

// A URL that takes, lists and serves files.
app.register(fastifyHandler(uploadHandler(photos, { listing: true })), { prefix: '/photos' })

async function gallery(): Promise<{ title: string; url: string }[]> {
  const { files } = await photos.list({ order: 'newest' })
  return files.map((file) => ({ title: titles.get(file.key) ?? file.filename, url: photos.url(file) }))
}

attach(app.server)
console.log(`${await app.listen({ port: Number(process.env['PORT'] ?? 3000), host: '127.0.0.1' })}/`)
