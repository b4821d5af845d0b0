import { describe, expect, test } from 'vitest'
import { mediaType } from './type-by-name.ts'

describe('the type of a name', () => {
  test.each([
    ['a.png', 'image/png'],
    ['a.JPG', 'image/jpeg'],
    ['a.txt', 'text/plain'],
    ['a.html', 'text/html'],
    ['a.svg', 'image/svg+xml'],
    ['a.pdf', 'application/pdf'],
    ['a.js', 'text/javascript'],
    ['a.tar.gz', 'application/gzip'],
    ['a.unheard-of', 'application/octet-stream'],
    ['png', 'application/octet-stream'],
    ['.png', 'application/octet-stream'],
    ['', 'application/octet-stream'],
    ['a.', 'application/octet-stream'],
    // A member that every object inherits is not a media type.
    ['a.constructor', 'application/octet-stream'],
    ['a.__proto__', 'application/octet-stream'],
    ['a.toString', 'application/octet-stream'],
  ])('%j is %s', (filename, type) => {
    expect(mediaType(filename)).toBe(type)
  })
})
