// Users with documents of their own and with avatars: rows in a database, files in folders, and never one without the
// other.
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import express from 'express'
import session from 'express-session'
import { DOCUMENTS, folderOf, formatBytes, IMAGES, MiB, UploadError, uploadSet } from 'decant'
import { diskStorage } from 'decant/disk'
import type { DiskStorageOptions } from 'decant/disk'
import { expressHandler, expressProblems } from 'decant/express'
import { uploadForm } from 'decant/form'
import { formHandler, uploadHandler } from 'decant/handler'
import { attach } from 'decant/node'
import sharp from 'sharp'
import { z } from 'zod'
import { documentsPage, homePage, signInPage } from './pages.ts'
import { Rows } from './rows.ts'
import type { User } from './rows.ts'

declare module 'express-session' {
  interface SessionData {
    user: User
  }
}

const QUOTA = 20 * MiB
const rows = new Rows('app.db')

// All three share the function that decides about the files of a process that died: the rows decide.
const storageOptions: DiskStorageOptions = {
  durable: true,
  recoverFences: true,
  recover: ({ id }) => rows.recover(id),
}
const documents = uploadSet('documents', {
  storage: diskStorage('uploads/documents', storageOptions),
  extensions: [...DOCUMENTS, 'txt'],
  maxFileSize: 16 * MiB,
})
const pictures = uploadSet('pictures', {
  storage: diskStorage('uploads/pictures', storageOptions),
  extensions: IMAGES,
  deny: ['svg'],
  maxFileSize: 8 * MiB,
  naming: 'unique', // a new avatar has a new URL, so no cache shows the old one
  url: '/avatars/pictures',
})
const thumbs = uploadSet('thumbs', {
  storage: diskStorage('uploads/thumbs', storageOptions),
  extensions: ['webp'],
  naming: 'unique',
  url: '/avatars/thumbs',
})

const app = express()
app.use(
  session({
    secret: process.env['SESSION_SECRET'] ?? randomUUID(),
    resave: false,
    saveUninitialized: false,
    cookie: { sameSite: 'lax' },
  }),
)

/** The facts that all hooks get. If it throws, nothing of the request is read. */
function context(request: express.Request): { user: User } {
  const { user } = request.session
  if (user === undefined) throw new UploadError('unauthenticated', {}, { sentence: 'Sign in first.' })
  return { user }
}

// Documents: each user has a folder of its own, at the same URLs.
const documentsHandler = uploadHandler(documents, {
  listing: true,
  deletion: true,
  context,
  scope: ({ context: { user } }) => folderOf(user.id),
  authorize({ action, context: { user } }) {
    const used = rows.usedBy(user)
    if (action === 'upload' && used >= QUOTA) throw new UploadError('quota-exceeded', { limit: QUOTA, used })
    return true
  },
  stored: (files, { context: { user }, transaction }) => rows.addDocuments(transaction.id, user, files, QUOTA),
  deleted(file, { context: { user } }) {
    rows.removeDocument(file.key, user)
  },
  sentences: {
    'quota-exceeded': ({ limit, used = 0 }) =>
      `You have ${formatBytes(limit)} for documents, and ${formatBytes(used)} are taken. Delete some of them first.`,
  },
  page: { render: documentsPage },
})
// A browser without a session goes to the form to sign in. Programs get 401.
app.get('/documents', ({ session: { user } }, response, next) => {
  if (user === undefined) response.redirect('/')
  else next()
})
app.use('/documents', expressHandler(documentsHandler))

// HTML forms cannot send DELETE. This one deletes the row and the file in one transaction.
const deletion = formHandler(uploadForm({ key: z.string() }), {
  context,
  async received({ key: ownKey }, { context: { user }, transaction }) {
    const key = `${folderOf(user.id)}/${ownKey}`
    await transaction.delete(documents, key)
    if (!rows.removeDocument(key, user, transaction.id)) throw new UploadError('not-found', { key: ownKey })
  },
  redirect: '/documents',
})
app.use('/delete-document', expressHandler(deletion))

// Avatars: the picture, its thumbnail and the row appear together, and the old files go with them.
const avatarForm = uploadForm({ picture: pictures.one() }, { labels: { picture: 'Picture' } })
const avatar = formHandler(avatarForm, {
  context,
  async received({ picture }, { context: { user }, transaction }) {
    const small = await shrink(await transaction.bytes(picture), picture.filename)
    const thumb = await transaction.save(thumbs, small, { filename: 'thumb.webp' })
    // If another request has replaced the avatar in the meantime, its files go instead.
    for (let isReplaced = false; !isReplaced;) {
      const old = rows.avatarOf(user)
      if (old !== undefined) {
        await transaction.delete(pictures, old.picture)
        await transaction.delete(thumbs, old.thumb)
      }
      isReplaced = rows.replaceAvatar(transaction.id, user, old, { picture: picture.key, thumb: thumb.key })
    }
    return { url: thumbs.url(thumb) }
  },
  redirect: '/',
  refused: ({ error }, { context: known }) => known && html(home(known.user, error.message), error.status),
})
app.use('/avatar', expressHandler(avatar))
app.use(
  '/avatars',
  expressHandler(
    uploadHandler(
      { pictures, thumbs },
      { context, authorize: ({ action }) => action === 'fetch', maxAge: 31_536_000, immutable: true },
    ),
  ),
)

async function shrink(bytes: Uint8Array, filename: string): Promise<Uint8Array> {
  try {
    const picture = sharp(bytes, { limitInputPixels: 50_000_000 }).autoOrient()
    return await picture.resize(160, 160, { fit: 'cover' }).webp().toBuffer()
  } catch (error) {
    throw new UploadError('content-refused', { filename, reason: 'it cannot be shown' }, { cause: error })
  }
}

// The pages.
function home(user: User, problem?: string): string {
  const files = rows.avatarOf(user)
  return homePage(user.name, files && { picture: pictures.url(files.picture), thumb: thumbs.url(files.thumb) }, problem)
}

function html(page: string, status: number): Response {
  return new Response(page, { status, headers: { 'content-type': 'text/html; charset=utf-8' } })
}

app.get('/', ({ session: { user } }, response) => {
  response.send(user === undefined ? signInPage() : home(user))
})
app.get('/decant-client.js', (_request, response) => {
  response.sendFile(fileURLToPath(import.meta.resolve('decant/client')))
})

// A stand-in for your own way to sign in: it asks for no password.
app.post('/sign-in', express.urlencoded(), (request, response, next) => {
  const { data } = z.object({ name: z.string().trim().min(1).max(40) }).safeParse(request.body)
  if (data === undefined) return response.status(422).send(signInPage('Give a name of at most 40 characters.'))
  return request.session.regenerate((error) => {
    if (error !== undefined && error !== null) return next(error)
    request.session.user = rows.signIn(data.name)
    return response.redirect(303, '/')
  })
})
app.post('/sign-out', (request, response, next) => {
  request.session.destroy((error) => (error ? next(error) : response.redirect(303, '/')))
})
app.use(expressProblems())

// Leftovers of the last run are settled before the first request. Now and then, deferred files are published.
async function sweep(): Promise<void> {
  for (const { storage } of [documents, pictures, thumbs]) await storage.sweep()
}
await sweep()
setInterval(() => void sweep().catch(console.error), 60_000).unref()

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) console.log(`http://127.0.0.1:${address.port}/`)
})
attach(server)
