import { afterEach, describe, expect, test, vi } from 'vitest'
import { isUploadError } from '../errors/upload-error.ts'
import { credentials } from './credentials.ts'
import type { Authorize, Credential } from './credentials.ts'
import type { UploadAction } from './upload-request.ts'

const ANN: Credential = { name: 'ann', secret: 'p:ss wörd', rights: ['upload', 'list', 'fetch', 'delete'] }
const SCANNER: Credential = { name: 'scanner', secret: 'tok-3n', rights: ['upload'] }
const READER: Credential = { name: 'reader', secret: '日本', rights: ['fetch'] }
const ACTIONS: readonly UploadAction[] = ['upload', 'list', 'fetch', 'delete']

const basic = (name: string, secret: string): string => `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`

/** `yes`, `no`, or the code and the challenge of what was thrown. */
async function verdict(authorize: Authorize, action: UploadAction, header?: string): Promise<string> {
  const request = new Request('http://localhost', header === undefined ? {} : { headers: { authorization: header } })
  try {
    return (await authorize({ action, request })) ? 'yes' : 'no'
  } catch (error) {
    if (!isUploadError(error)) throw error
    return error.code
  }
}

const verdicts = async (authorize: Authorize, header?: string): Promise<string[]> =>
  Promise.all(ACTIONS.map((action) => verdict(authorize, action, header)))

const WHO: readonly (readonly [string, string | undefined])[] = [
  ['nobody', undefined],
  ['ann', basic('ann', ANN.secret)],
  ['scanner', basic('scanner', SCANNER.secret)],
  ['the token of scanner', `Bearer ${SCANNER.secret}`],
  ['reader', basic('reader', READER.secret)],
  ['a wrong password', basic('ann', 'wrong')],
  ["another's password", basic('ann', SCANNER.secret)],
  ['a wrong token', 'Bearer wrong'],
  ['nonsense', 'Basic ????'],
]
const DENIED = 'unauthenticated'

describe('credentials', () => {
  const closed = credentials([ANN, SCANNER, READER])
  const open = credentials([ANN, SCANNER, READER], { anonymous: ['list', 'fetch'] })

  test('report the name that a password or a token shows, allowed or not, and nothing of unknown clients', async () => {
    const known: unknown[] = []
    const onKnown = (name: string, request: unknown): void => void known.push([name, request instanceof Request])
    const telling = credentials([ANN, SCANNER, READER], { anonymous: ['list'], onKnown })
    for (const [, header] of WHO) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      await verdict(telling, 'upload', header)
    }
    expect(known).toEqual([
      ['ann', true],
      ['scanner', true],
      ['scanner', true],
      ['reader', true],
    ])
  })

  test('let each do the actions of its own list and nothing else: upload, list, fetch, delete', async () => {
    const table = await Promise.all(WHO.map(async ([who, header]) => [who, ...(await verdicts(closed, header))]))
    expect(table).toEqual([
      ['nobody', DENIED, DENIED, DENIED, DENIED],
      ['ann', 'yes', 'yes', 'yes', 'yes'],
      ['scanner', 'yes', 'no', 'no', 'no'],
      ['the token of scanner', 'yes', 'no', 'no', 'no'],
      ['reader', 'no', 'no', 'yes', 'no'],
      ['a wrong password', DENIED, DENIED, DENIED, DENIED],
      ["another's password", DENIED, DENIED, DENIED, DENIED],
      ['a wrong token', DENIED, DENIED, DENIED, DENIED],
      ['nonsense', DENIED, DENIED, DENIED, DENIED],
    ])
  })

  test('refuse an unknown credential, even for actions that are open to all', async () => {
    const table = await Promise.all(WHO.map(async ([who, header]) => [who, ...(await verdicts(open, header))]))
    expect(table).toEqual([
      ['nobody', DENIED, 'yes', 'yes', DENIED],
      ['ann', 'yes', 'yes', 'yes', 'yes'],
      ['scanner', 'yes', 'yes', 'yes', 'no'],
      ['the token of scanner', 'yes', 'yes', 'yes', 'no'],
      ['reader', 'no', 'yes', 'yes', 'no'],
      ['a wrong password', DENIED, DENIED, DENIED, DENIED],
      ["another's password", DENIED, DENIED, DENIED, DENIED],
      ['a wrong token', DENIED, DENIED, DENIED, DENIED],
      ['nonsense', DENIED, DENIED, DENIED, DENIED],
    ])
  })

  test('do not ask a client to sign in for an action that is allowed to none', async () => {
    expect(await verdicts(credentials([SCANNER]))).toEqual([DENIED, 'no', 'no', 'no'])
    expect(await verdicts(credentials([], { anonymous: ['upload'] }))).toEqual(['yes', 'no', 'no', 'no'])
    expect(await verdicts(credentials([]), basic('', ''))).toEqual([DENIED, DENIED, DENIED, DENIED])
  })

  test.each([
    ['Å composed', 'Å', 'A\u030A'],
    ['Å in two', 'A\u030A', 'Å'],
  ])('know %s whichever way it was typed', async (_, kept, typed) => {
    const authorize = credentials([{ name: kept, secret: kept, rights: ['fetch'] }])
    expect(await verdict(authorize, 'fetch', basic(typed, typed))).toBe('yes')
  })

  test('tell names and passwords apart wherever the one ends and the other begins', async () => {
    const authorize = credentials([{ name: 'a', secret: 'b:c', rights: ['fetch'] }])
    expect(await verdict(authorize, 'fetch', basic('a', 'b:c'))).toBe('yes')
    for (const header of [basic('a', 'b'), basic('ab', ':c'), basic('a', 'b:c '), basic('A', 'b:c'), 'Bearer a:b:c']) {
      expect(await verdict(authorize, 'fetch', header)).toBe(DENIED)
    }
  })

  test('let a name with two passwords do what the password that is shown allows, so that it can be changed', async () => {
    const authorize = credentials([
      { name: 'ann', secret: 'old', rights: ['fetch'] },
      { name: 'ann', secret: 'new', rights: ['fetch', 'upload'] },
    ])
    expect(await verdicts(authorize, basic('ann', 'old'))).toEqual(['no', 'no', 'yes', 'no'])
    expect(await verdicts(authorize, basic('ann', 'new'))).toEqual(['yes', 'no', 'yes', 'no'])
  })

  test("read Node's requests too, and no value that is not a request", async () => {
    const node = { headers: { authorization: basic('reader', READER.secret) } }
    expect(await closed({ action: 'fetch', request: node })).toBe(true)
    for (const request of [undefined, null, 'GET / HTTP/1.1', {}, { headers: null }]) {
      await expect(closed({ action: 'fetch', request })).rejects.toThrow(TypeError)
    }
  })

  test('are what they were when they were given', async () => {
    const rights: UploadAction[] = ['fetch']
    const anonymous: UploadAction[] = []
    const list = [{ name: 'ann', secret: 'old', rights }]
    const authorize = credentials(list, { anonymous })
    list.length = 0
    rights.push('delete')
    anonymous.push('delete')
    expect(await verdicts(authorize, basic('ann', 'old'))).toEqual(['no', 'no', 'yes', 'no'])
    expect(await verdict(authorize, 'delete')).toBe('no')
  })
})

describe('the challenge', () => {
  async function challengeOf(authorize: Authorize, header?: string): Promise<unknown> {
    const request = new Request('http://localhost', header === undefined ? {} : { headers: { authorization: header } })
    const thrown: unknown = await authorize({ action: 'fetch', request }).catch((error: unknown) => error)
    return isUploadError(thrown) && thrown.code === 'unauthenticated' ? thrown.details.challenge : undefined
  }

  test('asks for Basic first, in UTF-8, and for Bearer', async () => {
    const asked = 'Basic realm="Files", charset="UTF-8", Bearer realm="Files"'
    expect(await challengeOf(credentials([ANN]))).toBe(asked)
    expect(await challengeOf(credentials([ANN]), basic('ann', 'wrong'))).toBe(asked)
    expect(await challengeOf(credentials([ANN]), 'Basic')).toBe(asked)
  })

  test('says of a token that it is not known', async () => {
    expect(await challengeOf(credentials([ANN]), 'Bearer wrong')).toMatch(
      /, Bearer realm="Files", error="invalid_token"$/,
    )
  })

  test('quotes its realm, which is printable ASCII', async () => {
    expect(await challengeOf(credentials([ANN], { realm: 'a"b\\c' }))).toMatch(/^Basic realm="a\\"b\\\\c", charset/)
    for (const realm of ['', 'a\r\nX: y', 'Bücher', '\0']) {
      expect(() => credentials([ANN], { realm })).toThrow(TypeError)
    }
  })
})

describe('comparing', () => {
  afterEach(() => void vi.restoreAllMocks())

  test('looks at every entry, whether the first, the last or none fits, and makes one digest of the credential', async () => {
    const list = Array.from({ length: 5 }, (_, index): Credential => ({
      name: `name-${index}`,
      secret: `secret-${index}`,
      rights: ['fetch'],
    }))
    const authorize = credentials(list)
    await verdict(authorize, 'fetch', 'Bearer secret-0')
    const sign = vi.spyOn(crypto.subtle, 'sign')
    const looks = vi.spyOn(Uint8Array.prototype, 'entries')
    for (const secret of ['secret-0', 'secret-4', 'secret-9', '', 'x'.repeat(10_000)]) {
      for (const header of [`Bearer ${secret}`, basic('name-0', secret), basic('nobody', secret)]) {
        sign.mockClear()
        looks.mockClear()
        await verdict(authorize, 'fetch', header)
        const isShown = header !== 'Bearer '
        expect([looks.mock.calls.length, sign.mock.calls.length], header).toEqual(isShown ? [5, 1] : [0, 0])
      }
    }
  })
})

describe('a mistake in the list is told to the developer, without the secret:', () => {
  test.each([
    ['a colon in the name', { ...ANN, name: 'a:b' }],
    ['no name', { ...ANN, name: '' }],
    ['a line break in the name', { ...ANN, name: 'a\nb' }],
    ['half a character in the name', { ...ANN, name: '\uD800' }],
    ['no secret', { ...ANN, secret: '' }],
    ['a control character in the secret', { ...ANN, secret: 'swordfish\t' }],
    ['half a character in the secret', { ...ANN, secret: 'swordfish\uD800' }],
    ['a secret that is not there', JSON.parse('{"name":"a","rights":[]}')],
    ['an unknown right', JSON.parse('{"name":"a","secret":"swordfish","rights":["read"]}')],
    ['the secret of another', { ...ANN, secret: SCANNER.secret }],
    ['the secret of another, composed differently', { name: 'x', secret: 'e\u0301', rights: [] }],
  ])('%s', (_, credential: Credential) => {
    const list = [SCANNER, { name: 'é', secret: 'é', rights: [] }, credential]
    const mistake = (): unknown => credentials(list)
    expect(mistake).toThrow(TypeError)
    expect(mistake).not.toThrow(/swordfish|tok-3n/)
  })

  test('an unknown right of "anonymous"', () => {
    expect(() => credentials([], { anonymous: JSON.parse('["*"]') })).toThrow('"*", of anonymous, is not a right')
  })
})
