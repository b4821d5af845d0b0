import { describe, expect, test } from 'vitest'
import { problemOutgoing } from '../http/problem-outgoing.ts'
import { inField } from './in-field.ts'
import { toProblem } from './problem.ts'
import type { RefusedDetails } from './upload-error-details.ts'
import { UploadError } from './upload-error.ts'

const FULL = { status: 402, title: 'Not paid', detail: 'Pay for this month first.' }

/** A refusal as JavaScript may make it. */
function refuse(details: unknown): UploadError {
  return Reflect.construct(UploadError, ['refused', details])
}

describe("an application's own refusal", () => {
  test('is told with its own status, title, sentence and data', () => {
    const error = new UploadError('refused', { ...FULL, data: { plan: 'free' } })
    expect([error.status, error.title, error.message]).toEqual([402, FULL.title, FULL.detail])
    expect(toProblem(error)).toEqual({
      type: 'urn:problem-type:decant:refused',
      code: 'refused',
      ...FULL,
      data: { plan: 'free' },
    })
    expect(problemOutgoing(error, 'POST').headers).not.toHaveProperty('retry-after')
  })

  test.each([400, 402, 403, 404, 409, 410, 413, 415, 422, 423, 429, 451, 499, 503])('may have status %i', (status) => {
    expect(refuse({ ...FULL, status }).status).toBe(status)
  })

  test.each([200, 303, 399, 500, 502, 507, 600, 401, 405, 407, 408, 417, 421, 425, 426, 403.5, NaN, '403', null])(
    'with status %s is a mistake of the developer',
    (status) => {
      const make = (): UploadError => refuse({ ...FULL, status })
      expect(make).toThrow(TypeError)
      expect(make).toThrow(/^"status" of UploadError\('refused'\) must be a status from 400 to 499, .* or 503; got /)
    },
  )

  test('says which code a 401 has', () => {
    expect(() => refuse({ ...FULL, status: 401 })).toThrow('got 401, for which there is "unauthenticated".')
  })

  test.each([
    ['no details', undefined, "The options of UploadError('refused') must be an object; got undefined."],
    ['no status', { title: 'a', detail: 'b' }, '"status" of UploadError(\'refused\') is missing. It must be a status'],
    ['no title', { status: 403, detail: 'b' }, '"title" of UploadError(\'refused\') is missing. It must be a text'],
    ['no sentence', { status: 403, title: 'a' }, '"detail" of UploadError(\'refused\') is missing. It must be a text'],
    [
      'an empty sentence',
      { ...FULL, detail: ' ' },
      '"detail" of UploadError(\'refused\') must be a text that is not empty',
    ],
    ['a misspelt member', { ...FULL, details: 'b' }, 'Did you mean "detail"?'],
    [
      'data with a BigInt',
      { ...FULL, data: { size: 1n } },
      '"data" of UploadError(\'refused\') must be an object that is fit for JSON',
    ],
    [
      'data in an array',
      { ...FULL, data: ['plan'] },
      '"data" of UploadError(\'refused\') must be an object that is fit for JSON',
    ],
    ['a time in words', { ...FULL, retryAfter: 'soon' }, '"retryAfter" must be a number of seconds; got "soon".'],
  ])('with %s is a TypeError that names the mistake', (_, details, message) => {
    expect(() => refuse(details)).toThrow(TypeError)
    expect(() => refuse(details)).toThrow(message)
  })
})

describe('the time after which a client may try again', () => {
  const refusals = (retryAfter: number): readonly UploadError[] => [
    new UploadError('refused', { ...FULL, status: 429, retryAfter }),
    new UploadError('too-many-requests', { retryAfter }),
    new UploadError('overloaded', { retryAfter }),
  ]

  test.each([
    [60, 60],
    [0.2, 1],
    [59.001, 60],
    [0, 0],
  ])('%d seconds are the header and a member of the problem, as whole seconds', (given, told) => {
    for (const error of refusals(given)) {
      expect(problemOutgoing(error, 'POST').headers['retry-after']).toBe(String(told))
      expect(toProblem(error)).toMatchObject({ retryAfter: told })
    }
  })

  test.each([-1, NaN, Infinity])('cannot be %d', (retryAfter) => {
    expect(() => refusals(retryAfter)).toThrow(TypeError)
  })

  test('is told only if it is known, and is ten seconds for a server with too many uploads', () => {
    expect(problemOutgoing(new UploadError('too-many-requests', {}), 'POST').headers).not.toHaveProperty('retry-after')
    expect(problemOutgoing(new UploadError('overloaded', {}), 'POST').headers['retry-after']).toBe('10')
  })

  test.each([
    [1, '1 second'],
    [59, '59 seconds'],
    [60, '1 minute'],
    [61, '2 minutes'],
    [3600, '1 hour'],
    [5000, '2 hours'],
  ])('of %d seconds is %j in the sentence', (retryAfter, words) => {
    expect(new UploadError('too-many-requests', { retryAfter }).message).toContain(`Try again in ${words}.`)
  })
})

test('a quota names the bytes that are allowed and those that are there, with the status of a client', () => {
  const error = new UploadError('quota-exceeded', { limit: 1024 ** 3, used: 1000 * 1024 ** 2 })
  expect(error.status).toBe(413)
  expect(error.message).toContain('at most 1 GiB, and those that are there have 1000 MiB.')
})

test('a client without a session is told to sign in, and gets no challenge that makes a browser ask for a password', () => {
  const error = new UploadError('unauthenticated', {})
  expect([error.status, error.message]).toEqual([401, 'You are not signed in, or no longer. Sign in and try again.'])
  expect(problemOutgoing(error, 'GET').headers).not.toHaveProperty('www-authenticate')
})

test('a sentence that is given beside the details takes the place of the usual one', () => {
  const cause = new Error('the reason')
  const error = new UploadError('forbidden', { action: 'upload' }, { sentence: 'Only members upload here.', cause })
  expect([toProblem(error).detail, error.title, error.cause]).toEqual([
    'Only members upload here.',
    'Not allowed',
    cause,
  ])
})

test('details of other codes never change the status', () => {
  const details: RefusedDetails & { action: string } = { action: 'upload', ...FULL, status: 404 }
  expect(new UploadError('forbidden', details).status).toBe(403)
  expect(toProblem(new UploadError('forbidden', details))).toMatchObject({ status: 403, title: 'Not allowed' })
})

test('a refusal of a file keeps its words and its cause when the field of the file is added', () => {
  const cause = new Error('the ledger says so')
  const error = new UploadError('refused', FULL, { cause, sentence: 'Pay first.' })
  const told = inField(error, 'photo')
  if (!(told instanceof UploadError)) return expect.unreachable()
  expect(toProblem(told)).toMatchObject({ ...FULL, field: 'photo', detail: 'Pay first.' })
  expect(told.cause).toBe(cause)
})

test.each([
  ['a line end', 'Basic\r\nX-Admin: yes'],
  ['letters beyond ASCII', 'Basic realm="für alle"'],
  ['another type', 7],
])('a challenge with %s is a mistake of the developer, and not an answer without a reason', (_, challenge) => {
  expect(() => Reflect.construct(UploadError, ['unauthenticated', { challenge }])).toThrow(
    /^"challenge" must be a text of printable ASCII/,
  )
})
