import { isLinkQuery } from '../access/signed-links.ts'
import type { UploadAction } from '../access/upload-request.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'
import { resolveKey } from '../storage/resolve-key.ts'
import type { Storage } from '../storage/storage.ts'
import type { UploadHooks } from './hooks.ts'
import type { AskedUrl, Route } from './route.ts'
import { Scope } from './scope.ts'
import { untilGone } from './until-gone.ts'

/** The query parameter by which a signed link tells the folder of its file, if the handler has scopes. */
export const SCOPE_PARAMETER = 'scope'

export type EnterHooks = Pick<UploadHooks<unknown, unknown>, 'context' | 'authorize' | 'scope'> & {
  /** Whether signed links mean something. */
  readonly hasLinks: boolean
}

/**
 * Finds out which client asks, which folder it sees, and which stored file it means. From here on, the key has one
 * spelling, so that a rule for it holds for all spellings.
 *
 * If the scope cannot be found, `authorize` is asked first: a client that is not signed in gets its refusal.
 *
 * @throws {UploadError} `forbidden`, and the errors of the hooks; `invalid-link`, `storage-failed`.
 * @throws {TypeError} for a scope that is neither `ROOT` nor a safe folder.
 */
export async function enter(incoming: Incoming, asked: AskedUrl, hooks: EnterHooks): Promise<Route> {
  const { askedKey } = asked
  if (askedKey !== undefined && hooks.hasLinks && isRead(incoming) && isLinkQuery(asked.query)) {
    const scope = hooks.scope === undefined ? Scope.whole : scopeOfLink(asked.query)
    // A forged link must not learn that the folder of another client has the same name in another case.
    const key = await storedKey(asked.set.storage, scope, askedKey, () => new UploadError('invalid-link', {}))
    return { ...asked, askedKey, key, scope, context: undefined, isLinked: true }
  }
  const context = hooks.context && (await untilGone(hooks.context(incoming.native), incoming.signal))
  const scope = await scopeOfClient(incoming, asked, hooks, context)
  const client = { context, scope, isLinked: false }
  if (askedKey === undefined) return { ...asked, ...client, key: undefined }
  const toMissing = (): UploadError => new UploadError('not-found', { key: askedKey })
  return { ...asked, ...client, askedKey, key: await storedKey(asked.set.storage, scope, askedKey, toMissing) }
}

async function scopeOfClient(
  incoming: Incoming,
  { set, askedKey }: AskedUrl,
  { scope, authorize }: EnterHooks,
  context: unknown,
): Promise<Scope> {
  if (scope === undefined) return Scope.whole
  const request = { set: set.name, request: incoming.native, context }
  try {
    return Scope.from(await untilGone(scope(request), incoming.signal), set.name)
  } catch (error) {
    // Any error of the hook, and a TypeError for its result.
    const action = actionOf(incoming.method, askedKey)
    // A hook without types may return anything.
    const allowed: unknown =
      authorize === undefined || (await untilGone(authorize({ ...request, action, scope: undefined }), incoming.signal))
    if (allowed !== true) throw new UploadError('forbidden', { action })
    throw error
  }
}

/** The link's signature covers the whole key, so a wrong folder opens nothing. */
function scopeOfLink(query: URLSearchParams): Scope {
  const [folder, ...others] = query.getAll(SCOPE_PARAMETER)
  if (others.length > 0) throw new UploadError('invalid-link', {})
  return folder === undefined ? Scope.whole : Scope.ofLink(folder)
}

/**
 * The key of the stored file that the client means, in the spelling of lists. Only its part below the scope varies.
 *
 * @param toRefusal makes the error for a file that lies elsewhere
 */
async function storedKey(
  storage: Storage,
  scope: Scope,
  askedKey: string,
  toRefusal: () => UploadError,
): Promise<string> {
  const known = await resolveKey(
    {
      stat: (key) => storage.stat(scope.keyOf(key)),
      resolve: async (key) => {
        const found = (await storage.resolve?.(scope.keyOf(key))) ?? scope.keyOf(key)
        // On a folder that folds case, the folder of another client may have the same name.
        if (!scope.holds(found)) throw toRefusal()
        return scope.tell(found)
      },
    },
    askedKey,
  )
  return scope.keyOf(known)
}

function isRead({ method }: Incoming): boolean {
  return method === 'GET' || method === 'HEAD'
}

function actionOf(method: string, key: string | undefined): UploadAction {
  if (method === 'POST' || method === 'PUT') return 'upload'
  if (method === 'DELETE') return 'delete'
  return key === undefined ? 'list' : 'fetch'
}
