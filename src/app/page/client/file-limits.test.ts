import { expect, test } from 'vitest'
import { UploadError } from '../../../errors/upload-error.ts'
import { limitMet } from './file-limits.ts'

const extensions = ['jpg', 'tar.gz']

test('a file within the limits may be sent', () => {
  expect(limitMet({ name: 'a.exe', size: 1024 }, { maxFileSize: 1024 })).toBeUndefined()
  expect(limitMet({ name: 'A.JPG', size: 1 }, { maxFileSize: 1024, extensions })).toBeUndefined()
  expect(limitMet({ name: 'a.tar.gz', size: 1 }, { maxFileSize: 1024, extensions })).toBeUndefined()
})

test('a file that is too large is refused in the words of the server', () => {
  const said = new UploadError('file-too-large', { limit: 1024, filename: 'a.jpg' }).message
  expect(limitMet({ name: 'a.jpg', size: 1025 }, { maxFileSize: 1024, extensions })).toBe(said)
})

test.each([
  ['a.exe', 'exe'],
  ['jpg', ''],
])('%s is refused in the words of the server where its extension is not allowed', (filename, extension) => {
  const said = new UploadError('type-not-allowed', { filename, extension, allowed: extensions }).message
  expect(limitMet({ name: filename, size: 1 }, { maxFileSize: 1024, extensions })).toBe(said)
})
