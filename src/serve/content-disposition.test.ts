import { parse } from 'content-disposition'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contentDisposition } from './content-disposition.ts'

describe('a file is saved under its name', () => {
  test.each([
    ['photo.jpg', 'attachment; filename=photo.jpg'],
    ['my photo.jpg', 'attachment; filename="my photo.jpg"'],
    ['a"b".txt', String.raw`attachment; filename="a\"b\".txt"`],
    ['a; b=c.txt', 'attachment; filename="a; b=c.txt"'],
    ['100%.txt', 'attachment; filename=100%.txt'],
    ['100%41.txt', "attachment; filename=100_41.txt; filename*=UTF-8''100%2541.txt"],
    ['café.png', "attachment; filename=cafe.png; filename*=UTF-8''caf%C3%A9.png"],
    ['日本語.txt', "attachment; filename=___.txt; filename*=UTF-8''%E6%97%A5%E6%9C%AC%E8%AA%9E.txt"],
    ['😀.png', "attachment; filename=_.png; filename*=UTF-8''%F0%9F%98%80.png"],
    ['が.txt', "attachment; filename=_.txt; filename*=UTF-8''%E3%81%8C.txt"],
    ['.\u0301', "attachment; filename=._; filename*=UTF-8''.%CC%81"],
    ["it's (1)*.txt", 'attachment; filename="it\'s (1)*.txt"'],
    ["ü'(1)*.txt", `attachment; filename="u'(1)*.txt"; filename*=UTF-8''%C3%BC%27%281%29%2A.txt`],
  ])('%s', (name, header) => {
    expect(contentDisposition('attachment', name)).toBe(header)
  })

  test.each([
    ['a\r\nSet-Cookie: x=1.txt', 'aSet-Cookie: x=1.txt'],
    ['a\u0000b\u007f\u0085\u2028\u2029.txt', 'ab.txt'],
    ['\u202egpj.exe', 'gpj.exe'],
    ['\u2066a\u2069\u200e\u200f\u061c.txt', 'a.txt'],
    ['a\ud800b.txt', 'a\ufffdb.txt'],
    ['  a.txt ', 'a.txt'],
    ['C:\\Users\\me\\a.txt', 'a.txt'],
    ['../../etc/passwd', 'passwd'],
    ['می‌خواهم.pdf', 'می‌خواهم.pdf'],
    ['👩‍💻.png', '👩‍💻.png'],
    ['.gitignore', '.gitignore'],
  ])('that of %j is %j', (name, saved) => {
    expect(parse(contentDisposition('attachment', name)).parameters['filename']).toBe(saved)
  })

  test.each(['', ' ', '.', '..', 'a/', 'a\\', '/..', '\u202e', '\r\n'])('but %j is not a valid name', (name) => {
    expect(contentDisposition('attachment', name)).toBe('attachment')
  })

  test('also when it is shown first', () => {
    expect(contentDisposition('inline', 'a b.png')).toBe('inline; filename="a b.png"')
  })
})

test('no name breaks out of the header, or leads to a folder in either form', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (name) => {
      const header = contentDisposition('attachment', name)
      expect(header).toMatch(/^[\x20-\x7e]+$/)
      for (const extended of [true, false]) {
        const { type, parameters } = parse(header, { extended })
        expect(type).toBe('attachment')
        expect(Object.keys(parameters).filter((key) => !/^filename\*?$/.test(key))).toEqual([])
        expect(parameters['filename'] ?? 'x').not.toMatch(/[/\\]|^\.{0,2}$/)
      }
    }),
  )
})
