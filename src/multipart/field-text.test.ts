import { expect, test } from 'vitest'
import { UploadError } from '../errors/upload-error.ts'
import { decodeFieldText } from './field-text.ts'
import type { PartHead } from './part-head.ts'

function head(charset?: string): PartHead {
  return { name: 'a', filename: undefined, contentType: undefined, type: undefined, charset, headers: new Map() }
}

test("a field is read by its own charset, else by the form's, else as UTF-8", () => {
  const bytes = Buffer.from([0x83, 0x5c])
  expect(decodeFieldText(bytes, head('Shift_JIS'))).toBe('ソ')
  expect(decodeFieldText(bytes, head(), 'shift_jis')).toBe('ソ')
  expect(decodeFieldText(Buffer.from('ソ'), head('utf-8'), 'shift_jis')).toBe('ソ')
  expect(decodeFieldText(Buffer.from('ソ'), head())).toBe('ソ')
  expect(decodeFieldText(Buffer.from('ソ'), head(''), '')).toBe('ソ')
})

test.each(['', ' ', 'null', 'None', 'binary', 'utf_8', 'UTF8MB4'])(
  'the label "%s" counts as not given, on a field and in _charset_',
  (label) => {
    expect(decodeFieldText(Buffer.from('ü'), head(label))).toBe('ü')
    expect(decodeFieldText(Buffer.from('ü'), head(), label)).toBe('ü')
    expect(decodeFieldText(Buffer.from([0x83, 0x5c]), head(label), 'shift_jis')).toBe('ソ')
  },
)

test('bytes that are not UTF-8 are read as windows-1252, and not turned into question marks', () => {
  const bytes = Buffer.from([0x80, 0x20, 0xe9])
  expect(decodeFieldText(bytes, head())).toBe('€ é')
  expect(decodeFieldText(bytes, head('UTF-8'))).toBe('€ é')
  expect(decodeFieldText(bytes, head('iso-8859-1'))).toBe('€ é')
})

test('a byte order mark is text like any other', () => {
  for (const charset of [undefined, 'utf-8'])
    expect(decodeFieldText(Buffer.from('\ufeffa'), head(charset))).toBe('\ufeffa')
})

test.each(['no-such-charset', 'utf-7', 'iso-2022-kr'])('the charset %s is refused', (charset) => {
  expect(() => decodeFieldText(Buffer.from('a'), head(charset))).toThrow(UploadError)
  expect(() => decodeFieldText(Buffer.from('a'), head(), charset)).toThrow(
    'The body could not be read: a field has a charset that is not known.',
  )
})
