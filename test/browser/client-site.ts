import { mkdirSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { listen } from '../../src/adapters/node/fixtures/listen.ts'
import { diskStorage } from '../../src/disk.ts'
import { uploadHandler } from '../../src/handler.ts'
import type { UploadHandlerOptions } from '../../src/handler.ts'
import { ALL, uploadSet } from '../../src/index.ts'
import { attach, nodeHandler } from '../../src/node.ts'
import { temporaryFolder } from '../cli/decant-process.ts'
import { slowWire } from './slow-wire.ts'
import type { SlowWire } from './slow-wire.ts'

const CLIENT = join(import.meta.dirname, '..', '..', 'dist', 'client.js')

export interface ClientSiteOptions {
  /** The body of the page. */
  readonly html?: string
  /** Answers all requests but those of the page, the client and `/files`. */
  readonly respond?: RequestListener
  readonly handler?: UploadHandlerOptions
  /** True leaves out the wire, which takes in a body faster than a server reads it. */
  readonly direct?: boolean
}

export interface ClientSite extends AsyncDisposable {
  readonly tab: Page
  readonly wire: SlowWire
  readonly folder: string
  /** A folder for files of the person. */
  readonly home: string
  /** The POSTs and PUTs that have reached the server. */
  readonly sent: readonly string[]
  /** Errors of the page. */
  readonly complaints: readonly string[]
  /** Runs statements with the exports of the client in scope, and gives what they return. */
  run(statements: string): Promise<unknown>
  /** The drafts in the folder: what is left of uploads that were not finished. */
  drafts(): Promise<string[]>
}

/** A page that has the built client, and a handler at `/files` behind a wire that can be cut. */
export async function clientSite(
  browser: Browser,
  { html = '', respond, handler, direct = false }: ClientSiteOptions = {},
): Promise<ClientSite> {
  const own = temporaryFolder()
  const folder = join(own.path, 'uploads')
  mkdirSync(folder)
  const storage = diskStorage(folder)
  const set = uploadSet('files', { storage, extensions: ALL, maxFileSize: 100 * 1024 ** 2 })
  const files = nodeHandler(uploadHandler(set, { base: '/files', listing: true, ...handler }))
  const sent: string[] = []
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Client</title>
    <meta name="viewport" content="width=device-width"><main><h1>Files</h1>${html}</main>
    <script type="module">import * as client from '/client.js'; globalThis.client = client</script></html>`
  const server = await listen(
    attach(
      createServer((request, response) => {
        const { method = '', url = '' } = request
        if (method === 'POST' || method === 'PUT') sent.push(`${method} ${url}`)
        // On a connection that was kept alive and breaks, Chromium itself sends a request again.
        else response.setHeader('connection', 'close')
        if (method === 'GET' && url === '/') response.setHeader('content-type', 'text/html').end(page)
        else if (url === '/client.js') response.setHeader('content-type', 'text/javascript').end(readFileSync(CLIENT))
        else if (url.startsWith('/files')) files(request, response)
        else if (respond === undefined || url === '/favicon.ico') response.writeHead(404).end()
        else respond(request, response)
      }),
    ),
  )
  const wire = await slowWire(new URL(server.origin).port)
  const tab = await browser.newPage()
  const complaints: string[] = []
  tab.on('pageerror', (error) => complaints.push(String(error)))
  await tab.goto(direct ? server.origin : wire.origin)
  await tab.waitForFunction('globalThis.client')
  return {
    tab,
    wire,
    folder,
    home: own.path,
    sent,
    complaints,
    async run(statements: string): Promise<unknown> {
      return tab.evaluate(
        `(async () => { const { upload, enhance, UploadQueue, UploadProblem } = client; ${statements} })()`,
      )
    },
    drafts: async () => draftsIn(folder),
    async [Symbol.asyncDispose]() {
      await tab.close()
      await wire[Symbol.asyncDispose]()
      await server.close()
      await storage.close?.()
      own[Symbol.dispose]()
    },
  }
}

/** The drafts of the storage in a folder: what is left of uploads that were not finished. */
export async function draftsIn(folder: string): Promise<string[]> {
  // ENOENT: nothing was ever begun.
  const names = await readdir(join(folder, '.decant', 'drafts'), { recursive: true, withFileTypes: true }).catch(
    () => [],
  )
  return names.flatMap((entry) => (entry.isFile() && entry.name !== 'lease' ? [entry.name] : []))
}
