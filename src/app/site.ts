import { Hono } from 'hono'
import type { RequestHandler } from '../handler.ts'
import type { Assets } from './assets.ts'
import { fromHono } from './from-hono.ts'
import type { SiteEnvironment } from './from-hono.ts'

/** The path for uploads by programs; stored files are fetched below it. */
export const UPLOADS_PATH = '/uploads'

/** A browser may keep a versioned file for ever: a year, in seconds, is the most that caches promise. */
const FOR_EVER = 'public, max-age=31536000, immutable'

export interface SiteOptions {
  readonly assets: Assets
  /** The path before all of it, as `parseBase` gives it. */
  readonly base: string
  /** Whether a client can choose the URL of its file, by PUT. */
  readonly takesPut: boolean
}

/**
 * Everything the server answers: the uploads themselves, and around them the page's own files and `/healthz`.
 *
 * The base itself, with or without a slash, is another name of the upload URL. A browser gets the page there, and a
 * client can post files there. Load balancers find `/healthz` at the root, too.
 */
export function site(uploads: RequestHandler, options: SiteOptions): RequestHandler {
  const { base } = options
  const others = fromHono(surroundings(options))
  return {
    handle(incoming) {
      const [path = ''] = incoming.target.split('?', 1)
      if (base !== '' && path !== base && !path.startsWith(`${base}/`)) return others.handle(incoming)
      // A framework that mounts a handler below a path does the same.
      const inside = base === '' ? incoming : { ...incoming, mount: base, target: incoming.target.slice(base.length) }
      const below = path.slice(base.length)
      if (below === '' || below === '/') {
        return uploads.handle({ ...inside, target: UPLOADS_PATH + inside.target.replace(/^\//, '') })
      }
      if (below === UPLOADS_PATH || below.startsWith(`${UPLOADS_PATH}/`)) return uploads.handle(inside)
      return others.handle(inside)
    },
  }
}

function surroundings({ assets, base, takesPut }: SiteOptions): Hono<SiteEnvironment> {
  const { script, style, icon } = assets
  const app = new Hono<SiteEnvironment>()
  app.use(async (context, next) => {
    await next()
    context.header('x-content-type-options', 'nosniff')
  })
  app.get('/healthz', (context) => context.text('ok', 200, { 'cache-control': 'no-store' }))
  for (const { url, type, content } of [script, style, icon]) {
    app.get(url, (context) => context.body(content, 200, { 'content-type': type, 'cache-control': FOR_EVER }))
  }
  // Relative, since only the client knows the path that proxies have stripped.
  app.get('/favicon.ico', (context) => context.redirect(icon.url.slice(1)))
  app.notFound(({ req, env, text }) =>
    text(`There is nothing here. ${whereTo(req, env.prefix + base, takesPut)}\n`, 404),
  )
  return app
}

/** `curl -T a.txt http://host/` puts to `/a.txt`, and means the uploads. */
function whereTo({ method, url }: { method: string; url: string }, root: string, takesPut: boolean): string {
  if (method !== 'PUT' && method !== 'POST') return `The page is at ${root}/.`
  const uploads = root + UPLOADS_PATH
  if (method === 'POST' || !takesPut) return `Post files to ${uploads}.`
  const { pathname } = new URL(url)
  const name = pathname.slice(pathname.lastIndexOf('/'))
  return `Files go to ${uploads}/: PUT them to ${uploads}${name}, or post them to ${uploads}.`
}
