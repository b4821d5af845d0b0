// One page with a form, an upload folder, and the uploaded files: run it, then open the address that it prints.
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { MiB, receive, toUploadError, UploadError } from 'decant'
import type { AnyUploadError } from 'decant'
import { diskStorage } from 'decant/disk'
import { allows } from 'decant/media'
import { extensionOf, keyFromPath, pathFromKey, storedName } from 'decant/names'
import { attach, sendFile } from 'decant/node'
import { uploadPage } from './upload-page.ts'

const UPLOAD_FOLDER = 'uploads'
const ALLOWED_EXTENSIONS = ['txt', 'pdf', 'png', 'jpg', 'jpeg', 'gif']
const MAX_BODY_SIZE = 16 * MiB

const uploads = diskStorage(UPLOAD_FOLDER)

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/' } = request
  const [path = '/'] = url.split('?')
  if (path.startsWith('/uploads/')) {
    await sendFile(request, response, uploads, keyFromPath(path.slice('/uploads/'.length)))
  } else if (path !== '/') throw new UploadError('not-found', {})
  else if (method === 'POST') await upload(request, response)
  else if (method === 'GET' || method === 'HEAD') showPage(response)
  else throw new UploadError('method-not-allowed', { method, allow: ['GET', 'HEAD', 'POST'] })
}

async function upload(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = await receive(request, { maxBodySize: MAX_BODY_SIZE })
  try {
    const file = form.files.required('file') // or it throws: No file part, No selected file
    const name = storedName(file.name)
    const extension = extensionOf(name)
    if (!allows(ALLOWED_EXTENSIONS, extension)) {
      throw new UploadError('type-not-allowed', { filename: file.name, extension, allowed: ALLOWED_EXTENSIONS })
    }
    await file.save(join(UPLOAD_FOLDER, name))
    response.writeHead(303, { location: `/uploads/${pathFromKey(name)}` }).end()
  } finally {
    await form.dispose()
  }
}

/** The form; after a refusal with what went wrong, under the status that says so to programs. */
function showPage(response: ServerResponse, refusal?: AnyUploadError): void {
  if (refusal?.code === 'method-not-allowed') response.setHeader('allow', refusal.details.allow.join(', '))
  response.writeHead(refusal?.status ?? 200, { 'content-type': 'text/html; charset=utf-8' })
  response.end(uploadPage(ALLOWED_EXTENSIONS, refusal))
}

const server = createServer((request, response) => {
  respond(request, response).catch((error: unknown) => {
    const refusal = toUploadError(error)
    if (refusal.status >= 500) console.error(refusal)
    showPage(response, refusal)
  })
})

await mkdir(UPLOAD_FOLDER, { recursive: true })
attach(server).listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) console.log(`http://127.0.0.1:${address.port}/`)
})
