import { describe, expect, test } from 'vitest'
import { toProblem } from '../errors/problem.ts'
import { UploadError } from '../errors/upload-error.ts'
import { readAnswer, toCreatedAnswer } from './read-answer.ts'
import { UploadProblem } from './upload-problem.ts'

const file = {
  field: 'file',
  filename: 'A b.txt',
  key: 'a-b.txt',
  type: 'text/plain',
  size: 3,
  storedAt: '2026-11-30T12:00:00.000Z',
  url: '/uploads/a-b.txt',
}

function read(status: number, body: unknown, retryAfterMs?: number): unknown {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = { status, text, isPage: false, url: 'http://x/', isRedirected: false, retryAfterMs }
  try {
    return readAnswer(answer, toCreatedAnswer)
  } catch (error) {
    return error
  }
}

test('the answer of an upload handler is given as it is', () => {
  expect(read(201, { files: [file], fields: [['a', 'b']] })).toEqual({ files: [file], fields: [['a', 'b']] })
})

test('a refusal is told in the words of the server', () => {
  const error = new UploadError('file-too-large', { limit: 1024, filename: 'a.txt', field: 'cover' })
  const problem = read(413, toProblem(error))
  expect(problem).toBeInstanceOf(UploadProblem)
  expect(problem).toMatchObject({
    message: error.message,
    code: 'file-too-large',
    status: 413,
    canRetry: false,
    problem: { limit: 1024 },
    errors: [{ path: ['cover'], field: 'cover', code: 'file-too-large', detail: error.message }],
  })
})

test('the errors of a form are told for each field', () => {
  const errors = [{ path: ['items', 0], field: 'items[0]', code: 'missing-field' as const, detail: 'Fill it in.' }]
  expect(read(422, toProblem(new UploadError('invalid-form', { errors })))).toMatchObject({ errors })
})

describe('the same files may be accepted later', () => {
  test.each([
    [400, false],
    [403, false],
    [408, true],
    [415, false],
    [429, true],
    [500, true],
    [503, true],
    [507, true],
  ])('after the status %i: %s', (status, canRetry) => {
    expect(read(status, null)).toMatchObject({ canRetry, code: 'foreign-refusal', status })
  })

  test('but not if their form was accepted already', () => {
    expect(read(500, toProblem(new UploadError('publishing-delayed', {})))).toMatchObject({ canRetry: false })
  })

  test('after the time that the server has told', () => {
    expect(read(503, toProblem(new UploadError('overloaded', {})), 10_000)).toMatchObject({ retryAfterMs: 10_000 })
  })
})

test.each([
  [200, null],
  [200, 'Log in'],
  [201, { files: [{ ...file, key: 1 }], fields: [] }],
  [201, { id: 7 }],
])('a success that is not ours (%i %j) is told as unknown', (status, body) => {
  expect(read(status, body)).toMatchObject({ code: 'unknown-answer', status, canRetry: false })
})

test.each([
  [413, '<h1>413 Request Entity Too Large</h1>', /^A server on the way accepts less\./],
  [502, '<h1>Bad gateway</h1>', /\(status 502\)\. Try again later\.$/],
  [404, { detail: { limit: 1 } }, /\(status 404\)\.$/],
  [418, { title: 'Teapot', detail: 'I am a teapot.' }, /^I am a teapot\.$/],
])('a refusal that is not ours (%i %j) still has a sentence', (status, body, sentence) => {
  expect(read(status, body)).toMatchObject({ code: 'foreign-refusal', message: expect.stringMatching(sentence) })
})
