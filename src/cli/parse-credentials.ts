import type { Credential, UploadAction } from '../access.ts'

/** The permissions of clients, as lines of text give them. */
export interface CredentialList {
  readonly credentials: readonly Credential[]
  /** The actions that everybody may take. */
  readonly anonymous: readonly UploadAction[]
}

const RIGHTS: readonly UploadAction[] = ['upload', 'list', 'fetch', 'delete']
const DEFAULT_RIGHTS: readonly UploadAction[] = ['upload', 'list', 'fetch']

/**
 * One line for each: `name:secret`, and its actions unless these are `upload,list,fetch`. `*` is everybody, `#` begins
 * a comment.
 *
 * @throws {TypeError} whose message names the line but does not quote it: any part of it could be a secret.
 */
export function parseCredentials(text: string): CredentialList {
  const credentials: Credential[] = []
  const anonymous: UploadAction[] = []
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const [who = '', ...words] = line.trim().split(/[ \t]+/)
    if (who === '' || who.startsWith('#')) continue
    const fail = (sentence: string): TypeError => new TypeError(`line ${index + 1}: ${sentence}`)
    const rights = toRights(words)
    if (rights === undefined) {
      throw fail(`after the secret, which has no spaces, only ${RIGHTS.join(', ')} can stand.`)
    }
    if (who === '*') {
      if (rights.length === 0) throw fail('name the actions for everybody, such as: * fetch')
      anonymous.push(...rights)
      continue
    }
    const colon = who.indexOf(':')
    if (colon < 1 || colon === who.length - 1) throw fail('write name:secret, and then the actions.')
    const [name, secret] = [who.slice(0, colon), who.slice(colon + 1)]
    if (/\p{Cc}/u.test(who) || !who.isWellFormed()) throw fail('it holds a control character.')
    credentials.push({ name, secret, rights: rights.length === 0 ? DEFAULT_RIGHTS : rights })
  }
  if (credentials.length + anonymous.length === 0)
    throw new TypeError('it has no credentials. Write lines of name:secret.')
  return { credentials, anonymous }
}

/** `undefined` if one of the words is not an action. */
function toRights(words: readonly string[]): readonly UploadAction[] | undefined {
  const wanted = words.flatMap((word) => word.split(',')).filter((word) => word !== '')
  const known = wanted.every((word) => RIGHTS.some((right) => right === word))
  return known ? RIGHTS.filter((right) => wanted.includes(right)) : undefined
}
