import { credentials } from '../access.ts'
import type { Authorize, UploadAction } from '../access.ts'
import type { AccessSettings } from './access-settings.ts'
import { CommandError } from './command-error.ts'
import { parseCredentials } from './parse-credentials.ts'

/** The permissions of clients in this run. */
export interface Access {
  readonly authorize: Authorize
  /** Whether any client may delete. */
  readonly deletion: boolean
  /** The name with which the client of a request signed in, once `authorize` was asked about it. */
  readonly userOf: (request: unknown) => string | undefined
}

/**
 * The permissions in both lists of credentials. `undefined` if there are none; then everybody may upload, list and
 * fetch.
 *
 * @param authFile the text of the file of `--auth`
 * @throws {CommandError} for credentials that contradict each other.
 */
export function toAccess({ credentials: own }: AccessSettings, authFile: string | undefined): Access | undefined {
  const lists = [own, authFile === undefined ? undefined : parseCredentials(authFile)].filter(
    (list) => list !== undefined,
  )
  if (lists.length === 0) return undefined
  const known = lists.flatMap((list) => list.credentials)
  const anonymous = lists.flatMap((list) => list.anonymous)
  const rights: readonly UploadAction[] = [...anonymous, ...known.flatMap((credential) => credential.rights)]
  try {
    const users = new WeakMap<object, string>()
    const onKnown = (name: string, request: unknown): void => {
      if (typeof request === 'object' && request !== null) users.set(request, name)
    }
    return {
      authorize: credentials(known, { anonymous, onKnown }),
      deletion: rights.includes('delete'),
      userOf: (request) => (typeof request === 'object' && request !== null ? users.get(request) : undefined),
    }
  } catch (error) {
    // TypeError: two names have one secret.
    if (error instanceof TypeError) throw new CommandError(`the credentials: ${error.message}`, 2, { cause: error })
    throw error
  }
}
