// Posts with pictures: rows in a database, files in a folder or a bucket, and never one without the other.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { IMAGES, MiB, toUploadError, UploadError, uploadSet } from 'decant'
import { uploadForm } from 'decant/form'
import { keyFromPath } from 'decant/names'
import { attach, sendFile } from 'decant/node'
import { z } from 'zod'
import { picturesStorage } from './pictures-storage.ts'
import { postsPage } from './posts-page.ts'
import { Posts } from './posts.ts'

const posts = new Posts('posts.db')

const pictures = uploadSet('pictures', {
  // Asked about the files of a process that died between the two: the database decides.
  storage: await picturesStorage(({ keys }) => (posts.knows(keys) ? 'publish' : 'discard')),
  extensions: IMAGES,
  maxFileSize: 16 * MiB,
  url: '/pictures',
})

const postForm = uploadForm({
  title: z.string().trim().min(1, 'A post needs a title.').max(80),
  pictures: pictures.many({ min: 1, max: 5 }),
})

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/' } = request
  const [path = '/'] = url.split('?')
  if (path.startsWith('/pictures/')) {
    await sendFile(request, response, pictures.storage, keyFromPath(path.slice('/pictures/'.length)))
  } else if (path !== '/') throw new UploadError('not-found', {})
  else if (method === 'POST') await addPost(request, response)
  else if (method === 'GET' || method === 'HEAD') showPage(response)
  else throw new UploadError('method-not-allowed', { method, allow: ['GET', 'HEAD', 'POST'] })
}

async function addPost(request: IncomingMessage, response: ServerResponse): Promise<void> {
  await postForm.receive(request, (post) => {
    if (posts.has(post.title)) throw taken
    // The keys are promised, and the files not visible yet. They are published when this has returned.
    posts.insert(post.title, post.pictures)
  })
  response.writeHead(303, { location: '/' }).end()
}

const detail = 'There is a post of that title already.'
const taken = new UploadError('invalid-form', {
  errors: [{ path: ['title'], field: 'title', code: 'invalid-value', detail }],
})

function showPage(response: ServerResponse, status: number = 200, message?: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
  response.end(postsPage(posts.latest(100), message))
}

const server = createServer((request, response) => {
  respond(request, response).catch((error: unknown) => {
    const refusal = toUploadError(error)
    if (refusal.status >= 500) console.error(error)
    if (refusal.code === 'method-not-allowed') response.setHeader('allow', 'GET, HEAD, POST')
    showPage(response, refusal.status, refusal.message)
  })
})

// Leftovers of the last run are settled before the first request. Now and then, deferred files are published.
await pictures.storage.sweep()
setInterval(() => void pictures.storage.sweep().catch(console.error), 60_000).unref()

attach(server).listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) console.log(`http://127.0.0.1:${address.port}/`)
})
