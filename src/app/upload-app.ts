import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { parseBase, uploadHandler } from '../handler.ts'
import type { RequestHandler, UploadHandlerOptions } from '../handler.ts'
import { ALL, GiB, uploadSet } from '../index.ts'
import type { Check, UploadError, UploadSet } from '../index.ts'
import type { ExtensionRule } from '../media.ts'
import { attach, nodeHandler } from '../node.ts'
import type { NodeAdapterOptions } from '../node.ts'
import type { Storage } from '../storage.ts'
import { readAssets } from './assets.ts'
import { collectingChunks } from './chunk-collector.ts'
import { Connections } from './connections.ts'
import { uploadPage, uploadPageCsp } from './page/upload-page.ts'
import { logging } from './request-log.ts'
import type { LoggedRequest } from './request-log.ts'
import { site, UPLOADS_PATH } from './site.ts'
import { stopping } from './stopping.ts'

export interface UploadAppOptions {
  /** The storage of the files. It is closed with the app. */
  readonly storage: Storage
  /** Origins to which the storage redirects downloads, such as `https://cdn.example`. Default none. */
  readonly downloadOrigins?: readonly string[] | undefined
  /** The folder of the page's built files, with a trailing slash. */
  readonly assets: URL
  /** The page's heading. */
  readonly title?: string | undefined
  /** Bytes of one file. Default 4 GiB. */
  readonly maxFileSize?: number | undefined
  /** Bytes of a whole request. Default: as many of the largest files as a request may have, and 8 MiB. */
  readonly maxBodySize?: number | undefined
  /** Files of one request. Default 100. */
  readonly maxFiles?: number | undefined
  /** Uploads that are received at the same time. Default 2,000. */
  readonly maxUploads?: number | undefined
  /** The most of those from one address. Default half of `maxUploads`. */
  readonly maxUploadsPerClient?: number | undefined
  /**
   * Counts the uploads of all processes that serve the storage, as `takeSlot` of an upload handler. Default: not
   * counted.
   */
  readonly takeSlot?: UploadHandlerOptions['takeSlot']
  /** Extensions that are accepted. Default all: every file is served as inert. */
  readonly extensions?: ExtensionRule | undefined
  /** Extensions that are refused, even if `extensions` has them. */
  readonly deny?: ExtensionRule | undefined
  /** Whether folders in clients' names are kept, as `folders: 'keep'` of an upload set. Default false. */
  readonly keepsFolders?: boolean | undefined
  /** Whether the content of a file has to agree with its extension. Default `verify`. */
  readonly content?: 'verify' | 'exact' | 'trust' | undefined
  /** Run on each whole file before it becomes visible. Default none. */
  readonly checks?: readonly Check[] | undefined
  /** The digest to compute of each file. Default none. */
  readonly digest?: 'sha-256' | undefined
  /** Milliseconds without a byte after which an upload ends with 408. Default 60,000. */
  readonly idleTimeoutMs?: number | undefined
  /** Names, without ports, to which the server answers, or a test of a name. Default: any. */
  readonly hosts?: UploadHandlerOptions['hosts']
  /** The path before all URLs, such as `/drop`, if no proxy strips it. Default none. */
  readonly base?: string | undefined
  /** Pages of these origins may use it, as with `origins` of an upload handler. Default none. */
  readonly origins?: readonly string[] | undefined
  /** The permissions of clients. Default: everybody may upload, list and fetch. */
  readonly authorize?: UploadHandlerOptions['authorize']
  /** The name of the client of a request, for the log. Default: it is not known. */
  readonly userOf?: ((request: unknown) => string | undefined) | undefined
  /** Whether DELETE deletes. Default false. */
  readonly deletion?: boolean | undefined
  /** Proxies whose headers about clients are believed, as `trustProxy` of `nodeHandler`. Default none. */
  readonly trustProxy?: NodeAdapterOptions['trustProxy']
  /** Milliseconds for which a connection without a request is kept. Default 125,000. */
  readonly keepAliveTimeoutMs?: number | undefined
  /** Called with a sentence about a fault that the operator should correct. Default: `console.warn`. */
  readonly onWarning?: ((sentence: string) => void) | undefined
  /** Called with every request, when it has an answer. */
  readonly onAnswer?: ((request: LoggedRequest) => void) | undefined
  /** Called with every failure of the server. */
  readonly onError?: ((error: UploadError) => void) | undefined
}

/** The ready-made server: a storage, its page, and the uploads' URLs. */
export interface UploadApp {
  /** A server of `node:http` that does not listen yet. */
  readonly server: Server
  readonly set: UploadSet
  /** The path before all URLs, percent-encoded; '' if there is none. */
  readonly base: string
  /** Requests that are not answered yet. */
  readonly busy: number
  /**
   * Answers new requests with 503 and lets the running ones end. Resolves when they have, and their unfinished work is
   * removed.
   *
   * @param graceMs milliseconds after which the rest is cut off; a later call may shorten it
   */
  close(graceMs: number): Promise<void>
}

/**
 * Makes the server that `decant serve` runs.
 *
 * @throws {TypeError} for a limit that is not a number, and for a base or an origin that is not valid. The system's
 *   error if the page's files are missing.
 */
export async function uploadApp(options: UploadAppOptions): Promise<UploadApp> {
  const { storage, maxFileSize = 4 * GiB, extensions = ALL, trustProxy, onWarning, onAnswer, onError } = options
  const base = parseBase(options.base ?? '')
  const set = uploadSet('uploads', {
    storage,
    extensions,
    deny: options.deny,
    content: options.content,
    checks: options.checks,
    digest: options.digest,
    maxFileSize,
    maxFiles: options.maxFiles,
    ...(options.keepsFolders === true && { folders: 'keep' }),
  })
  const assets = await readAssets(options.assets)
  const page = uploadPage({
    url: `${base}/`,
    assets: { script: base + assets.script.url, style: base + assets.style.url, icon: base + assets.icon.url },
    ...(options.title !== undefined && { title: options.title }),
  })
  const uploads = uploadHandler(set, {
    base: UPLOADS_PATH,
    listing: true,
    skipCompanions: true,
    page: {
      ...page,
      headers: {
        'content-security-policy': uploadPageCsp(options.downloadOrigins),
        // Not `no-referrer`: a form's own post would then say `Origin: null` and look like one of another site.
        'referrer-policy': 'same-origin',
      },
    },
    hosts: options.hosts,
    origins: options.origins,
    authorize: options.authorize,
    deletion: options.deletion,
    idleTimeoutMs: options.idleTimeoutMs,
    maxBodySize: options.maxBodySize,
    maxUploads: options.maxUploads,
    maxUploadsPerClient: options.maxUploadsPerClient,
    takeSlot: options.takeSlot,
    ...(onError !== undefined && { onError: (error) => onError(error) }),
  })
  const running = new Set<Promise<unknown>>()
  const answering = counted(
    stopping(
      collectingChunks(site(uploads, { assets, base, takesPut: storage.keys !== 'once' })),
      () => connections.isClosing,
    ),
    running,
  )
  const handler = onAnswer === undefined ? answering : logging(answering, onAnswer, options.userOf)
  const server = attach(createServer(nodeHandler(handler, { trustProxy, onWarning })))
  if (options.keepAliveTimeoutMs !== undefined) server.keepAliveTimeout = options.keepAliveTimeoutMs
  const connections = new Connections(server)

  return {
    server,
    set,
    base,
    get busy() {
      return connections.busy
    },
    async close(graceMs) {
      await connections.close(graceMs)
      // A client that was cut off has its drafts discarded after its connection is closed.
      await Promise.allSettled(running)
      await storage.close?.()
    },
  }
}

/** The same handler; `running` holds its running requests. */
function counted(handler: RequestHandler, running: Set<Promise<unknown>>): RequestHandler {
  return {
    handle(incoming) {
      const answer = handler.handle(incoming)
      const end = (): boolean => running.delete(answer)
      running.add(answer)
      answer.then(end, end)
      return answer
    },
  }
}
