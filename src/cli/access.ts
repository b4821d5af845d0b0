import { open, realpath } from 'node:fs/promises'
import { platform } from 'node:process'
import { isAbsolute, relative, sep } from 'node:path'
import { credentials } from '../access.ts'
import type { Authorize, UploadAction } from '../access.ts'
import type { AccessSettings } from './access-settings.ts'
import { CommandError } from './command-error.ts'
import { parseCredentials } from './parse-credentials.ts'
import type { CredentialList } from './parse-credentials.ts'
import { terminal } from './terminal.ts'

/** Who may do what in this run. */
export interface Access {
  readonly authorize: Authorize
  /** Somebody may delete. */
  readonly deletion: boolean
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'this user may not read it'],
  ['EISDIR', 'it is a folder'],
])

/**
 * Reads the credentials, once; `undefined` where there are none, and everybody may upload, list and fetch.
 *
 * @param folder of the uploads, absolute
 * @throws {CommandError} for a file that cannot be read or understood, and for one that could be fetched.
 */
export async function readAccess(
  { file, credentials: own }: AccessSettings,
  folder: string,
): Promise<Access | undefined> {
  const lists = [own, file === undefined ? undefined : await readFile(file, folder)].filter(
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

async function readFile(path: string, folder: string): Promise<CredentialList> {
  try {
    await using handle = await open(path)
    const stats = await handle.stat()
    // A pipe, as of a shell's `<(...)`, is in no folder and has no mode that means anything.
    if (stats.isFile()) await checkPlace(path, folder, stats.mode)
    return parseCredentials(new TextDecoder('utf-8', { fatal: true }).decode(await handle.readFile()))
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const code = 'code' in error ? String(error.code) : ''
    const reason = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is no text in UTF-8' : REASONS.get(code)
    throw new CommandError(`--auth ${path}: ${reason ?? error.message}`, 2, { cause: error })
  }
}

/** @throws {TypeError} for a file that the server would hand out. */
async function checkPlace(path: string, folder: string, mode: number): Promise<void> {
  const below = relative(await realpath(folder), await realpath(path))
  if (below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below)) {
    throw new TypeError('it is in the upload folder, where it could be fetched; move it')
  }
  if ((mode & 0o077) === 0 || platform === 'win32') return
  terminal.warn(`other users of this machine can open ${path}; chmod 600 keeps it from them`)
}
