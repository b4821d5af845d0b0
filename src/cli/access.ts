import { credentials } from '../access.ts'
import type { Authorize, UploadAction } from '../access.ts'
import type { AccessSettings } from './access-settings.ts'
import { CommandError } from './command-error.ts'
import { parseCredentials } from './parse-credentials.ts'

/** Who may do what in this run. */
export interface Access {
  readonly authorize: Authorize
  /** Somebody may delete. */
  readonly deletion: boolean
}

/**
 * Who may do what, by both lists of credentials; `undefined` where there are none, and everybody may upload, list and fetch.
 *
 * @param authFile what the file of `--auth` says
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
    return { authorize: credentials(known, { anonymous }), deletion: rights.includes('delete') }
  } catch (error) {
    // TypeError: two names have one secret.
    if (error instanceof TypeError) throw new CommandError(`the credentials: ${error.message}`, 2, { cause: error })
    throw error
  }
}
