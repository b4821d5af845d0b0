// A page of one server, and uploads to another: two origins. In production these are two hosts, such as app.example.com
// and files.example.com. Here they are two ports.
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import { folderOf, IMAGES, MiB, UploadError, uploadSet } from 'decant'
import { diskStorage } from 'decant/disk'
import { uploadHandler } from 'decant/handler'
import { attach, nodeHandler } from 'decant/node'
import { newSession, userOf } from './session.ts'

const port = Number(process.env['PORT'] ?? 3000)
const site = createServer()
const uploads = createServer()
const siteOrigin = await listen(site, port)
const uploadsOrigin = await listen(uploads, port === 0 ? 0 : port + 1)

// The server of the uploads. Only pages of `origins` may use it, with the cookies of their users.
const pictures = uploadSet('pictures', { storage: diskStorage('uploads'), extensions: IMAGES, maxFileSize: 64 * MiB })
const handler = uploadHandler(pictures, {
  base: '/pictures',
  origins: [siteOrigin],
  listing: true,
  context(request: IncomingMessage) {
    const user = userOf(request)
    if (user === undefined)
      throw new UploadError('unauthenticated', {}, { sentence: 'Open the page again to sign in.' })
    return { user }
  },
  scope: ({ context }) => folderOf(context.user),
})
uploads.on('request', nodeHandler(handler))
attach(uploads)

// The server of the page. It receives no files, and needs nothing of Decant but the script for browsers.
const FILES: Readonly<Record<string, readonly [type: string, path: string]>> = {
  '/': ['text/html; charset=utf-8', fileURLToPath(new URL('page.html', import.meta.url))],
  '/decant-client.js': ['text/javascript', fileURLToPath(import.meta.resolve('decant/client'))],
}
site.on('request', (request, response) => {
  const [path = '/'] = (request.url ?? '/').split('?')
  if (path === '/config.json') {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ uploads: `${uploadsOrigin}/pictures` }))
    return
  }
  const [type, file] = FILES[path] ?? []
  if (type === undefined || file === undefined) {
    response.writeHead(404).end()
    return
  }
  // A stand-in for your own way to sign in: each browser becomes a user when it opens the page.
  if (path === '/' && userOf(request) === undefined) response.setHeader('set-cookie', newSession())
  createReadStream(file).pipe(response.setHeader('content-type', type))
})
console.log(`${siteOrigin}/`)

async function listen(server: Server, at: number): Promise<string> {
  await once(server.listen(at, '127.0.0.1'), 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new TypeError('The server has no port.')
  return `http://127.0.0.1:${address.port}`
}
