import { expect, test } from 'vitest'
import { nearestWord } from './nearest-word.ts'

const FLAGS = ['--host', '--port', '--max-file-size', '--max-files']

test.each([
  ['--prot', '--port'],
  ['--maxfilesize', '--max-file-size'],
  ['--max-file', '--max-files'],
  ['--hosts', '--host'],
  ['--verbose', undefined],
  ['', undefined],
])('%j was probably meant to be %j', (typed, meant) => {
  expect(nearestWord(typed, FLAGS)).toBe(meant)
})
