// Pictures in a Worker: a form, and a URL that takes, lists and serves files. A Worker has no disk: its memory is
// small, and gone when it ends. For files that stay, give the set a storage of your own.
import { IMAGES, MiB, receive, uploadSet } from 'decant'
import { fetchHandler, problemResponse } from 'decant/fetch'
import { uploadForm } from 'decant/form'
import { uploadHandler } from 'decant/handler'
import { memoryStorage } from 'decant/memory'

// All of a form waits in memory here, and an isolate has 128 MiB for everything.
const MAX_MEASURED = 4 * MiB

const photos = uploadSet('photos', {
  storage: memoryStorage({ maxSize: 32 * MiB }),
  extensions: IMAGES,
  maxFileSize: 4 * MiB,
  url: '/photos',
})
const form = uploadForm({ photo: photos.one() })
const files = fetchHandler(uploadHandler(photos, { base: '/photos', listing: true, maxUploadsPerClient: 4 }), {
  // Cloudflare writes it, and lets no client do so.
  clientAddress: (request) => request.headers.get('cf-connecting-ip') ?? undefined,
  onError: console.error,
})

const worker = { fetch: respond }

export default worker

async function respond(request) {
  const { pathname } = new URL(request.url)
  // A URL that takes, lists and serves files, for programs.
  if (pathname.startsWith('/photos')) return await files(request)
  if (pathname === '/measure') return await measure(request)
  if (pathname !== '/') return new Response('Nothing is here.', { status: 404 })
  if (request.method !== 'POST') return await page()
  // A typed form: all of it, or none.
  const result = await form.attempt(request, ({ photo }) => console.log(`${photo.key}: ${photo.size} bytes`))
  return result.ok ? new Response(null, { status: 303, headers: { location: '/' } }) : await page(result)
}

/** A form as it came; nothing of it is kept. */
async function measure(request) {
  try {
    await using upload = await receive(request, { maxFileSize: MAX_MEASURED })
    const { name, size } = upload.files.required('file')
    return Response.json({ name, size })
  } catch (error) {
    return problemResponse(request, error)
  }
}

/** The page: the form, what is wrong with it, and the pictures. */
async function page(refused) {
  const stored = await photos.list({ order: 'newest' })
  const pictures = stored.files.map((file) => `<img src="${photos.url(file)}" alt="" height="160">`)
  const wrong = refused?.errors.getAll('photo').map(({ detail }) => `<p role="alert">${escape(detail)}</p>`) ?? []
  const html = `<!doctype html><meta charset="utf-8"><title>Photos</title>
<body style="font: 1rem/1.5 system-ui; max-width: 40rem; margin: 3rem auto">
<h1>Photos</h1>
<form method="post" enctype="multipart/form-data">
  <input type="file" name="photo" accept="image/*" aria-label="Photo" required> <button>Send</button>
</form>
${[...wrong, ...pictures].join('\n')}`
  return new Response(html, {
    status: refused?.error.status ?? 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
  })
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
