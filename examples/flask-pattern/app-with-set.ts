// The same app on an upload set, which holds the policy: the types, the names, and the URL of the files.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { MiB, receive, toUploadError, UploadError, uploadSet } from 'decant'
import type { AnyUploadError } from 'decant'
import { diskStorage } from 'decant/disk'
import { keyFromPath } from 'decant/names'
import { attach, sendFile } from 'decant/node'
import { uploadPage } from './upload-page.ts'

const uploads = uploadSet('uploads', {
  storage: diskStorage('uploads'),
  extensions: ['txt', 'pdf', 'png', 'jpg', 'jpeg', 'gif'],
  url: '/uploads',
})

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/' } = request
  const [path = '/'] = url.split('?')
  if (path.startsWith('/uploads/')) {
    await sendFile(request, response, uploads.storage, keyFromPath(path.slice('/uploads/'.length)))
  } else if (path !== '/') throw new UploadError('not-found', {})
  else if (method === 'POST') await upload(request, response)
  else if (method === 'GET' || method === 'HEAD') showPage(response)
  else throw new UploadError('method-not-allowed', { method, allow: ['GET', 'HEAD', 'POST'] })
}

async function upload(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = await receive(request, { maxBodySize: 16 * MiB })
  try {
    const month = new Date().toISOString().slice(0, 7)
    const file = await uploads.save(form.files.required('file'), { folder: month })
    response.writeHead(303, { location: uploads.url(file) }).end()
  } finally {
    await form.dispose()
  }
}

/** The form; after a refusal with what went wrong, under the status that says so to programs. */
function showPage(response: ServerResponse, refusal?: AnyUploadError): void {
  if (refusal?.code === 'method-not-allowed') response.setHeader('allow', refusal.details.allow.join(', '))
  response.writeHead(refusal?.status ?? 200, { 'content-type': 'text/html; charset=utf-8' })
  response.end(uploadPage(uploads.extensions, refusal))
}

const server = createServer((request, response) => {
  respond(request, response).catch((error: unknown) => {
    const refusal = toUploadError(error)
    if (refusal.status >= 500) console.error(refusal)
    showPage(response, refusal)
  })
})

attach(server).listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) console.log(`http://127.0.0.1:${address.port}/`)
})
