import { checkOptions } from '../errors/check-options.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { tellValue } from '../errors/tell-value.ts'
import { UploadError } from '../errors/upload-error.ts'
import { authorizationHeader } from './authorization-header.ts'
import { toAuthorization } from './authorization.ts'
import type { Authorization } from './authorization.ts'
import { challenge } from './challenge.ts'
import { isSameDigest, SecretDigests } from './secret-digests.ts'
import type { UploadAction, UploadRequest } from './upload-request.ts'

/** A person or a program, shown as Basic `name:secret` (RFC 7617) or as Bearer `secret` (RFC 6750). */
export interface Credential {
  /** Without colons and control characters. Several may have one name, so that a password can be changed in peace. */
  readonly name: string
  /** Guessing is not slowed down, so use 128 random bits or more, as `openssl rand -base64 24` gives. */
  readonly secret: string
  /** The actions that this client may take. */
  readonly rights: readonly UploadAction[]
}

/** Options of `credentials`. */
export interface CredentialsOptions {
  /** The actions of a client that shows no credential. Default none. */
  readonly anonymous?: readonly UploadAction[] | undefined
  /** The name that a browser shows when it asks for a password; printable ASCII. Default `Files`. */
  readonly realm?: string | undefined
  /**
   * Called with the name of the credential that a request shows, whether or not the request is allowed. It may be
   * called several times for one request. Default: not called.
   */
  readonly onKnown?: ((name: string, request: unknown) => void) | undefined
}

/** An `authorize` hook of an upload handler. */
export type Authorize = (request: Pick<UploadRequest, 'action' | 'request'>) => Promise<boolean>

/**
 * An `authorize` hook that knows its clients by name and password, or by token. A client that shows no credential may
 * do what `anonymous` lists. A known client may do this and what its own `rights` list. A client with an unknown
 * credential is refused, even for actions that are open to all. So its user notices a mistyped password.
 *
 * The hook throws `unauthenticated` (401) if signing in could help, and otherwise returns false (403).
 *
 * @example
 * ```ts
 * const authorize = credentials(
 *   [
 *     { name: 'ann', secret: process.env.ANN, rights: ['upload', 'list', 'fetch', 'delete'] },
 *     { name: 'scanner', secret: process.env.SCANNER, rights: ['upload'] },
 *   ],
 *   { anonymous: ['fetch'] },
 * )
 * uploadHandler(photos, { authorize, listing: true, deletion: true })
 * ```
 * @throws {TypeError} for a name or a secret that no client could show, one secret of two names, and an unknown right.
 *   Also for a realm that is not printable ASCII. The message holds no secret.
 */
export function credentials(list: readonly Credential[], options: CredentialsOptions = {}): Authorize {
  const given: unknown = list
  if (!Array.isArray(given)) {
    throw new TypeError(`credentials needs an array of { name, secret, rights }; got ${tellValue(list)}.`)
  }
  checkOptions('credentials', options, KINDS)
  const { realm = 'Files' } = options
  const anonymous = [...(options.anonymous ?? [])]
  checkRights(anonymous, 'anonymous')
  for (const credential of list) checkCredential(credential)
  checkSecrets(list)
  const asking = challenge(realm, false)
  const refusing = challenge(realm, true)
  const granted = new Set(list.flatMap(({ rights }) => rights))
  const keeper = new Keeper(list)

  return async ({ action, request }) => {
    const shown = authorizationHeader(request)
    if (shown === undefined) {
      if (anonymous.includes(action)) return true
      if (granted.has(action)) throw new UploadError('unauthenticated', { challenge: asking })
      return false
    }
    const authorization = toAuthorization(shown)
    const known = authorization === undefined ? undefined : await keeper.find(authorization)
    if (known === undefined) {
      const isToken = authorization?.scheme === 'bearer'
      throw new UploadError('unauthenticated', { challenge: isToken ? refusing : asking })
    }
    options.onKnown?.(known.name, request)
    return known.rights.has(action) || anonymous.includes(action)
  }
}

/** A client that was recognised. */
interface Known {
  readonly name: string
  readonly rights: ReadonlySet<UploadAction>
}

/** One credential, as digests. */
interface Entry {
  readonly name: string
  readonly basic: Uint8Array
  readonly bearer: Uint8Array
  readonly rights: readonly UploadAction[]
}

/** Knows credentials by their digests. */
class Keeper {
  readonly #digests = new SecretDigests()
  readonly #list: readonly Credential[]
  #entries: Promise<readonly Entry[]> | undefined

  constructor(list: readonly Credential[]) {
    this.#list = list.map(({ name, secret, rights }) => ({ name, secret, rights: [...rights] }))
  }

  /**
   * The client that shows this; `undefined` for an unknown one. Compares with every entry, also after one that fits.
   */
  async find(shown: Authorization): Promise<Known | undefined> {
    this.#entries ??= Promise.all(this.#list.map((credential) => this.#toEntry(credential)))
    const digest = await this.#digestOf(shown)
    const fitting = (await this.#entries).filter((entry) => isSameDigest(entry[shown.scheme], digest))
    const [first] = fitting
    // All that fit have one name: no two names have one secret.
    return first && { name: first.name, rights: new Set(fitting.flatMap(({ rights }) => rights)) }
  }

  async #toEntry({ name, secret, rights }: Credential): Promise<Entry> {
    const [basic, bearer] = await Promise.all([
      this.#digestOf({ scheme: 'basic', name, secret }),
      this.#digestOf({ scheme: 'bearer', secret }),
    ])
    return { name, basic, bearer, rights }
  }

  /**
   * Keyboards compose one character in several ways: NFC makes them equal (RFC 8265 sections 3.3 and 4.2). Tokens are
   * ASCII.
   */
  async #digestOf(shown: Authorization): Promise<Uint8Array> {
    if (shown.scheme === 'bearer') return this.#digests.digest('bearer', shown.secret)
    return this.#digests.digest('basic', shown.name.normalize(), shown.secret.normalize())
  }
}

const ACTIONS: readonly string[] = ['upload', 'list', 'fetch', 'delete'] satisfies readonly UploadAction[]

const KINDS: OptionKinds<CredentialsOptions> = {
  anonymous: OPTION_KINDS.texts,
  realm: OPTION_KINDS.text,
  onKnown: OPTION_KINDS.call,
}
// `checkCredential` looks at their values, and tells no secret.
const CREDENTIAL_KINDS: OptionKinds<Credential> = {
  name: OPTION_KINDS.own,
  secret: OPTION_KINDS.own,
  rights: OPTION_KINDS.own,
}

/** @throws {TypeError} */
function checkRights(rights: readonly UploadAction[], of: string): void {
  for (const right of rights) {
    if (ACTIONS.includes(right)) continue
    throw new TypeError(`${JSON.stringify(right)}, of ${of}, is not a right. Choose from ${ACTIONS.join(', ')}.`)
  }
}

/** RFC 7617 section 2: no colon in the name, no control characters. */
function checkCredential(credential: Credential): void {
  checkOptions('a credential', credential, CREDENTIAL_KINDS)
  const { name, secret, rights } = credential
  const quoted = JSON.stringify(name)
  if (typeof name !== 'string' || !/^[^:\p{Cc}]+$/u.test(name) || !name.isWellFormed()) {
    throw new TypeError(
      `${quoted} is not a name of a credential: it must be text without colons and control characters.`,
    )
  }
  if (typeof secret !== 'string' || !/^\P{Cc}+$/u.test(secret) || !secret.isWellFormed()) {
    throw new TypeError(`The secret of ${quoted} is empty, or holds a control character.`)
  }
  if (!Array.isArray(rights)) {
    throw new TypeError(`"rights" of ${quoted} must be an array, such as ['upload']; got ${tellValue(rights)}.`)
  }
  checkRights(rights, quoted)
}

/** A token that belongs to two names would identify neither. */
function checkSecrets(list: readonly Credential[]): void {
  const names = new Map<string, string>()
  for (const { name, secret } of list) {
    const other = names.get(secret.normalize()) ?? name
    if (other !== name)
      throw new TypeError(`${JSON.stringify(other)} and ${JSON.stringify(name)} have the same secret.`)
    names.set(secret.normalize(), name)
  }
}
