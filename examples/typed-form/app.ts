// A form with text and files, declared once. If the text is wrong, the page comes back with all that was filled in.
// Good files need not be chosen and sent again, without JavaScript too.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { IMAGES, isUploadError, MiB, toUploadError, UploadError, uploadSet } from 'decant'
import { diskStorage } from 'decant/disk'
import { uploadForm } from 'decant/form'
import { keyFromPath } from 'decant/names'
import { attach, sendFile } from 'decant/node'
import { z } from 'zod'
import { formPage, postsPage } from './pages.ts'
import type { Post } from './pages.ts'

const photos = uploadSet('photos', {
  storage: diskStorage('uploads'),
  extensions: IMAGES,
  maxFileSize: 64 * MiB,
  url: '/photos',
})

const postForm = uploadForm(
  {
    title: z.string().trim().min(1, 'Give it a title.').max(20, 'Use at most 20 characters.'),
    text: z.string(),
    cover: photos.one(),
    gallery: photos.many({ max: 5 }),
  },
  // Of a new one at each start, no file is known again after it: give several servers the same.
  { keep: { secret: process.env['FORM_SECRET'] ?? crypto.randomUUID() } },
)

/** In the place of a database. */
const posts: Post[] = []

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/' } = request
  const [path = '/'] = url.split('?')
  if (path.startsWith('/photos/')) {
    await sendFile(request, response, photos.storage, keyFromPath(path.slice('/photos/'.length)))
  } else if (path === '/' && method === 'POST') await publish(request, response)
  else if (path === '/') show(response, 200, formPage())
  else if (path === '/posts')
    show(
      response,
      200,
      postsPage(posts, (file) => photos.url(file)),
    )
  else throw new UploadError('not-found', {})
}

async function publish(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const result = await postForm.attempt(request, ({ title, text, cover, gallery }) => {
    // The place for a database's transaction: the files are published when this has succeeded, and discarded when it
    // throws.
    posts.push({ title, text, files: [cover, ...gallery] })
  })
  if (result.ok) response.writeHead(303, { location: '/posts' }).end()
  else show(response, result.error.status, formPage(result))
}

function show(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(page)
}

const server = createServer((request, response) => {
  respond(request, response).catch((error: unknown) => {
    const refusal = toUploadError(error)
    if (!isUploadError(error) || refusal.status >= 500) console.error(error)
    show(response, refusal.status, formPage(undefined, refusal.message))
  })
})

attach(server).listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) console.log(`http://127.0.0.1:${address.port}/`)
})
