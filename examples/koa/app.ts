// Uploads in a Koa app, from a form that is read by hand to a URL that answers everything.
import { Router } from '@koa/router'
import Koa from 'koa'
import mount from 'koa-mount'
import { IMAGES, MiB, receive, uploadSet } from 'decant'
import { diskStorage } from 'decant/disk'
import { uploadForm } from 'decant/form'
import { uploadHandler } from 'decant/handler'
import { koaHandler, koaProblems } from 'decant/koa'
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

const router = new Router()

router.get('/', async (context) => {
  context.body = galleryPage(await gallery())
})

// A typed form: all of it, or none. Decant reads `ctx.req`, which is Node's.
router.post('/', async (context) => {
  const result = await photoForm.attempt(context.req, ({ title, photo }) => {
    titles.set(photo.key, title)
  })
  if (result.ok) {
    context.redirect('/')
    context.status = 303
  } else {
    context.status = result.error.status
    context.body = galleryPage(await gallery(), result)
  }
})

// A form as fields and files; nothing is kept.
router.post('/measure', async (context) => {
  const upload = await receive(context.req, { maxFileSize: 1 * MiB })
  try {
    const { name, size } = upload.files.required('file')
    context.body = { name, size }
  } finally {
    await upload.dispose()
  }
})

// A file under the policy of a set.
router.post('/avatar', async (context) => {
  const upload = await receive(context.req)
  try {
    const avatar = await photos.save(upload.files.required('file'), { name: 'avatar.' })
    context.status = 201
    context.body = { ...avatar, url: photos.url(avatar) }
  } finally {
    await upload.dispose()
  }
})

const app = new Koa()

// Refusals of Decant below become problem details; all other errors are Koa's own.
app.use(koaProblems())

// A URL that takes, lists and serves files: before body parsers, if there are any.
app.use(mount('/photos', koaHandler(uploadHandler(photos, { listing: true }))))

app.use(router.routes())

async function gallery(): Promise<{ title: string; url: string }[]> {
  const { files } = await photos.list({ order: 'newest' })
  return files.map((file) => ({ title: titles.get(file.key) ?? file.filename, url: photos.url(file) }))
}

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) console.log(`http://127.0.0.1:${address.port}/`)
})
attach(server)
