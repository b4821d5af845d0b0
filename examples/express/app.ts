// Uploads in an Express app, from a form that is read by hand to a URL that answers everything.
/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 takes what they reject with; 4 does not. */
import express from 'express'
import { IMAGES, MiB, receive, uploadSet } from 'decant'
import { diskStorage } from 'decant/disk'
import { expressHandler, expressProblems } from 'decant/express'
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

const app = express()

app.get('/', async (_request, response) => {
  response.send(galleryPage(await gallery()))
})

// A typed form: all of it, or none.
app.post('/', async (request, response) => {
  const result = await photoForm.attempt(request, ({ title, photo }) => {
    titles.set(photo.key, title)
  })
  if (result.ok) response.redirect(303, '/')
  else response.status(result.error.status).send(galleryPage(await gallery(), result))
})

// A form as fields and files; nothing is kept.
app.post('/measure', async (request, response) => {
  const upload = await receive(request, { maxFileSize: 1 * MiB })
  try {
    const { name, size } = upload.files.required('file')
    response.json({ name, size })
  } finally {
    await upload.dispose()
  }
})

// A file under the policy of a set.
app.post('/avatar', async (request, response) => {
  const upload = await receive(request)
  try {
    const avatar = await photos.save(upload.files.required('file'), { name: 'avatar.' })
    response.status(201).json({ ...avatar, url: photos.url(avatar) })
  } finally {
    await upload.dispose()
  }
})

// A URL that takes, lists and serves files.
app.use('/photos', expressHandler(uploadHandler(photos, { listing: true })))

// Body parsers come after what reads bodies itself, or stand in the routes that need them.
app.post('/rename', express.json(), (request, response) => {
  const { data } = z.object({ key: z.string(), title: z.string() }).safeParse(request.body)
  if (data !== undefined) titles.set(data.key, data.title)
  response.status(data === undefined ? 422 : 200).json(data)
})

// Refusals of Decant become problem details; all other errors are Express' own.
app.use(expressProblems())

async function gallery(): Promise<{ title: string; url: string }[]> {
  const { files } = await photos.list({ order: 'newest' })
  return files.map((file) => ({ title: titles.get(file.key) ?? file.filename, url: photos.url(file) }))
}

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) console.log(`http://127.0.0.1:${address.port}/`)
})
attach(server)
