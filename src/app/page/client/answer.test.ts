import { expect, test } from 'vitest'
import { toProblem } from '../../../errors/problem.ts'
import { UploadError } from '../../../errors/upload-error.ts'
import { readAnswer } from './answer.ts'

const file = {
  field: 'file',
  filename: 'A b.txt',
  key: 'a-b.txt',
  type: 'text/plain',
  size: 3,
  url: '/uploads/a-b.txt',
}

test('a stored file is known by what the server tells of it', () => {
  expect(readAnswer(201, { files: [file], fields: [] })).toEqual({ stored: [file] })
})

test('a refusal is said in the words of the server, and is final', () => {
  const error = new UploadError('file-too-large', { limit: 1024, filename: 'a.txt' })
  expect(readAnswer(413, toProblem(error))).toEqual({ refused: error.message, retry: false })
})

test.each([
  [0, true],
  [400, false],
  [403, false],
  [408, true],
  [415, false],
  [500, true],
  [503, true],
  [507, true],
])('after status %i sending again is offered: %s', (status, retry) => {
  expect(readAnswer(status, null)).toMatchObject({ retry })
})

test.each([
  [200, null],
  [200, 'Log in'],
  [201, { files: [] }],
  [201, { files: [{ ...file, url: 1 }] }],
  [502, '<h1>Bad gateway</h1>'],
  [413, { detail: { limit: 1 } }],
])('an answer that is not ours (%i) still gives a sentence', (status, body) => {
  expect(readAnswer(status, body)).toMatchObject({ refused: expect.stringMatching(/^[A-Z][^<{]*\.$/) })
})
