import { expect, test } from 'vitest'
import { dispositionFilename } from './disposition-filename.ts'

/** Text as HTTP hands it to us: its bytes as Latin-1. */
function onTheWire(text: string): string {
  return Buffer.from(text).toString('latin1')
}

test.each([
  ['attachment; filename="cat.jpg"', 'cat.jpg'],
  ['attachment; filename=cat.jpg', 'cat.jpg'],
  ['attachment;filename="a \\"b\\" \\\\ c.txt"', 'a "b" \\ c.txt'],
  ['attachment; filename="a;b.txt"', 'a;b.txt'],
  ["attachment; filename*=UTF-8''%E6%97%A5%20%E6%9C%AC.txt", '日 本.txt'],
  ['attachment; filename="x.txt"; filename*=UTF-8\'\'%C3%BC.txt', 'ü.txt'],
  ['attachment; filename*=UTF-8\'\'%C3%BC.txt; filename="x.txt"', 'ü.txt'],
  ["attachment; filename*=iso-8859-1''%FC.txt", 'ü.txt'],
  ['inline; filename="../../a.txt"', '../../a.txt'],
  ['form-data; name="file"; filename="a.txt"', 'a.txt'],
])('%s names %j', (header, name) => {
  expect(dispositionFilename(header)).toBe(name)
})

test('UTF-8 straight in the header is understood', () => {
  expect(dispositionFilename(onTheWire('attachment; filename="日本 ü.txt"'))).toBe('日本 ü.txt')
})

test('Latin-1 in the header is understood if it is not UTF-8', () => {
  expect(dispositionFilename('attachment; filename="caf\u00e9.txt"')).toBe('café.txt')
})

test('the text of filename* is not decoded twice', () => {
  const twice = onTheWire('é.txt')
  expect(dispositionFilename(`attachment; filename*=UTF-8''${encodeURIComponent(twice)}`)).toBe(twice)
})

test.each([undefined, '', 'attachment', 'attachment; filename=""', 'attachment; name="a"', ';;;', '"'])(
  '%j names nothing',
  (header) => {
    expect(dispositionFilename(header)).toBeUndefined()
  },
)
