// Sends one request for each walk to a server of its own. Prints the files of src/ that the request called, as JSON:
// { "form upload": ["adapters/node/answer-request.ts", ...], ... }
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { Session } from 'node:inspector/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const session = new Session()
session.connect()
await session.post('Profiler.enable')
// V8 counts the calls of a function only if it is told to before it has compiled it.
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
const { ALL, receive, uploadSet } = await import('../../src/index.ts')
const { diskStorage } = await import('../../src/disk.ts')
const { uploadForm } = await import('../../src/form.ts')
const { uploadHandler } = await import('../../src/handler.ts')
const { nodeHandler } = await import('../../src/node.ts')

const src = new URL('../../src/', import.meta.url).href
const folder = mkdtempSync(join(tmpdir(), 'decant-walks-'))
const storage = diskStorage(folder)
const photos = uploadSet('photos', { storage, extensions: ALL })
const form = uploadForm({ cover: photos.one() })
const handle = nodeHandler(uploadHandler(photos))

async function receiveForm(request: IncomingMessage): Promise<void> {
  const received = await receive(request)
  try {
    await photos.save(received.files.required('cover'))
  } finally {
    await received.dispose()
  }
}

async function receiveTypedForm(request: IncomingMessage): Promise<void> {
  await form.receive(request)
}

const server = createServer((request, response) => {
  const route = { '/receive': receiveForm, '/typed-form': receiveTypedForm }[request.url ?? '']
  if (route === undefined) handle(request, response)
  else
    route(request).then(
      () => response.end(),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`

function upload(path: string): () => Promise<Response> {
  return () => {
    const body = new FormData()
    body.set('cover', new File(['text'], 'a.txt'))
    return fetch(origin + path, { method: 'POST', body })
  }
}

const walks: Record<string, () => Promise<Response>> = {
  'form upload': upload('/'),
  receive: upload('/receive'),
  download: () => fetch(`${origin}/a.txt`),
  'typed form': upload('/typed-form'),
}

const called: Record<string, string[]> = {}
for (const [name, walk] of Object.entries(walks)) {
  // To take the counts sets them to zero.
  await session.post('Profiler.takePreciseCoverage')
  const response = await walk()
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`${name}: ${response.status}`)
  const { result } = await session.post('Profiler.takePreciseCoverage')
  called[name] = result
    .filter(({ url, functions }) => url.startsWith(src) && functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0))
    .map(({ url }) => url.slice(src.length))
    .toSorted()
}
server.close()
server.closeAllConnections()
await storage.close()
rmSync(folder, { recursive: true })
console.log(JSON.stringify(called))
