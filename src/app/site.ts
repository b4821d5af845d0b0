import { Hono } from 'hono'
import type { RequestHandler } from '../handler.ts'
import type { Assets } from './assets.ts'
import { fromHono } from './from-hono.ts'

/** Where programs upload, and below which stored files are fetched. */
export const UPLOADS_PATH = '/uploads'

/** A browser may keep a versioned file for ever: a year, in seconds, is the most that caches promise. */
const FOR_EVER = 'public, max-age=31536000, immutable'

/**
 * Everything the server answers: the uploads themselves, and around them the page's own files and `/healthz`.
 *
 * `/` is another name of the upload URL, so that whoever types only the host is shown the page, and whoever posts there
 * uploads.
 */
export function site(uploads: RequestHandler, assets: Assets): RequestHandler {
  const others = fromHono(surroundings(assets))
  return {
    handle(incoming) {
      const { target } = incoming
      const [path = ''] = target.split('?', 1)
      if (path === '/') return uploads.handle({ ...incoming, target: UPLOADS_PATH + target.slice(1) })
      if (path === UPLOADS_PATH || path.startsWith(`${UPLOADS_PATH}/`)) return uploads.handle(incoming)
      return others.handle(incoming)
    },
  }
}

function surroundings({ script, style, icon }: Assets): Hono {
  const app = new Hono()
  app.use(async (context, next) => {
    await next()
    context.header('x-content-type-options', 'nosniff')
  })
  app.get('/healthz', (context) => context.text('ok', 200, { 'cache-control': 'no-store' }))
  for (const { url, type, content } of [script, style, icon]) {
    app.get(url, (context) => context.body(content, 200, { 'content-type': type, 'cache-control': FOR_EVER }))
  }
  app.get('/favicon.ico', (context) => context.redirect(icon.url))
  app.notFound((context) => context.text('There is nothing here. The page is at /.\n', 404))
  return app
}
