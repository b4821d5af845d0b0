import { describe, expect, test } from 'vitest'
import { isUploadError } from '../errors/upload-error.ts'
import { parseDisposition } from './disposition.ts'
import type { DispositionOptions } from './disposition.ts'

function names(parameters: string, options: Partial<DispositionOptions> = {}): (string | undefined)[] {
  const { name, filename } = parseDisposition(`form-data; ${parameters}`, { number: 3, ...options })
  return [name, filename]
}

/** The reason of the refusal. */
function reason(parameters: string): string | undefined {
  try {
    names(parameters)
    return undefined
  } catch (error) {
    if (!isUploadError(error) || error.code !== 'malformed-body') throw error
    return error.details.reason
  }
}

describe('names of fields and files', () => {
  test.each<[string, string, string | undefined]>([
    ['name="a"', 'a', undefined],
    ['name=a', 'a', undefined],
    ['name=""', '', undefined],
    ['name="a"; filename=""', 'a', ''],
    ['NAME="a" ;\tFileName="b"', 'a', 'b'],
    ['filename="b"; name="a"', 'a', 'b'],
    ['name="a"; filename=plain.txt', 'a', 'plain.txt'],
    ['name="a"; filename=日本.txt;', 'a', '日本.txt'],
    ['name="a"; filename="日本 😀.txt"', 'a', '日本 😀.txt'],
    ['name="a%22b"; filename="c%22d%0D%0Ae"', 'a"b', 'c"d\r\ne'],
    ['name="a"; filename="100%25 %0d%00 %2G.txt"', 'a', '100%25 %0d%00 %2G.txt'],
    ['name="a"; filename=%22x%22', 'a', '%22x%22'],
    ['name="a\\"b"; filename="c\\"; d=\\"e.txt"', 'a"b', 'c"; d="e.txt'],
    ['name="a"; filename="C:\\dir\\new\\x.txt"', 'a', 'C:\\dir\\new\\x.txt'],
    ['name="a"; filename="\\\\server\\x"', 'a', '\\\\server\\x'],
    ['name="a"; filename="ends with \\"', 'a', 'ends with \\'],
    ['name="a"; filename="\\"', 'a', '\\'],
    ['name="a"; filename="x;y=z, w"', 'a', 'x;y=z, w'],
    ['name="a"; filename="tab\there"', 'a', 'tab\there'],
    ['name="a"; filename="../../etc/passwd"', 'a', '../../etc/passwd'],
    ['name="a"; size=3; filename="b"; creation-date="x"', 'a', 'b'],
    ['name="__proto__"; filename="constructor"', '__proto__', 'constructor'],
  ])('%s', (parameters, name, filename) => {
    expect(names(parameters)).toEqual([name, filename])
  })

  test.each<[string, string]>([
    ["filename*=UTF-8''%e2%82%ac%20rates", '€ rates'],
    ["filename*=utf-8'en'plain.txt", 'plain.txt'],
    ["filename*=iso-8859-1''%A3%20rates", '£ rates'],
    ["filename*=ISO-8859-1'en'gr%F6%DFe", 'größe'],
    ["filename*=UTF-8''", ''],
    ['filename="plain.txt"; filename*=UTF-8\'\'%e2%82%ac', '€'],
    ['filename*=UTF-8\'\'%e2%82%ac; filename="plain.txt"', '€'],
    ["filename*=UTF-8''a%0D%0A%22b", 'a\r\n"b'],
  ])('filename* wins: %s', (parameters, filename) => {
    expect(names(`name="a"; ${parameters}`)).toEqual(['a', filename])
  })

  test.each<[string, string]>([
    ['filename="a (1).txt"; filename*=utf-8\'\'a%20(1).txt', 'a (1).txt'],
    ['filename="?? (1).jpg"; filename*="UTF-8\'\'%E5%86%99%E7%9C%9F%20%281%29.jpg"', '写真 (1).jpg'],
    ["filename=\"x\"; filename*=utf-8''it's*!~@[1]{2}<3>,=?/:.txt; size=3", "it's*!~@[1]{2}<3>,=?/:.txt"],
    ["filename*=utf8''%C3%BC.txt", 'ü.txt'],
    ['filename*= UTF-8\'\'%C3%BC.txt ; filename="u.txt"', 'ü.txt'],
    ['filename="u.txt" ; FileName* = "utf-8\'\'%C3%BC.txt" ', 'ü.txt'],
  ])('filename* is read as clients write it, in quotes or up to the semicolon: %s', (parameters, filename) => {
    expect(names(`name="a"; ${parameters}`)).toEqual(['a', filename])
  })

  const BROKEN = [
    "filename*=UTF-8''%e2%82",
    "filename*=UTF-8''%zz",
    "filename*=UTF-8''%e",
    "filename*=UTF-8''%ff",
    "filename*=UTF-8''é",
    "filename*=UTF-8''a b",
    "filename*=UTF-8''a\\b",
    "filename*=utf-16''a",
    "filename*=''a",
    'filename*=a',
    'filename*=',
    'filename*=""',
    "filename*=UTF-8'a",
    'filename*="UTF-8\'\'a\\"b"',
    'filename*="UTF-8\'\'a;b"',
  ]
  test.each(BROKEN)('a broken filename* counts as not given beside a filename: %s', (parameter) => {
    expect(names(`name="a"; filename="fine.txt"; ${parameter}`)).toEqual(['a', 'fine.txt'])
    expect(names(`name="a"; ${parameter}; filename="fine.txt"`)).toEqual(['a', 'fine.txt'])
  })

  test.each(BROKEN)('a broken filename* is refused without a filename: %s', (parameters) => {
    expect(reason(`name="a"; ${parameters}`)).toBe(
      `part 3, "a": its filename* cannot be read; write UTF-8'' and the percent-encoded name, or send a filename`,
    )
  })

  test('an empty filename* does not turn a file with a name into one that was not chosen', () => {
    expect(names('name="a"; filename="x.txt"; filename*=UTF-8\'\'')).toEqual(['a', 'x.txt'])
  })

  test.each(['%00', '%1b', '%7F'])('filename* cannot bring the control character %s', (escape) => {
    for (const plain of ['', '; filename="fine.txt"']) {
      expect(reason(`name="a"; filename*=UTF-8''x${escape}${plain}`)).toBe(
        'part 3, "a": its filename* holds control characters',
      )
    }
  })

  test.each<[string, string]>([
    // .NET, if the caller gave it a name in quotes: they stand inside filename* too.
    ['filename="x.pdf"; filename*=utf-8\'\'%22x.pdf%22', 'x.pdf'],
    ['filename="=?utf-8?B?w7wucGRm?="; filename*=utf-8\'\'%22%C3%BC.pdf%22', 'ü.pdf'],
    // Apache HttpClient 5.5, EXTENDED: filename* is encoded twice.
    ['filename="%C5%BB.txt"; filename*="UTF-8\'\'UTF-8%27%27%25C5%25BB.txt"', 'Ż.txt'],
    // Names that are truly so.
    ['filename="%22x.pdf%22"; filename*=utf-8\'\'%22x.pdf%22', '"x.pdf"'],
    ['filename="y"; filename*="UTF-8\'\'UTF-8%27%27%25C5%25BB.txt"', "UTF-8''%C5%BB.txt"],
  ])('a client that wraps its filename before it encodes it gives the bare name: %s', (parameters, filename) => {
    expect(names(`name="a"; ${parameters}`)).toEqual(['a', filename])
  })

  test.each<[string, string]>([
    ["name*=utf-8''start%25'%22%0D%0A%C3%9Fend", 'start%\'"\r\nßend'],
    ['name*="UTF-8\'\'gr%C3%B6%C3%9Fe"', 'größe'],
    ['name*=utf-8\'\'other; name="a"', 'a'],
    ['name="a"; name*=utf-8\'\'other%00', 'a'],
    ['name=""; name*=utf-8\'\'other', ''],
  ])('name* counts only without a name: %s', (parameters, name) => {
    expect(names(parameters)).toEqual([name, undefined])
  })

  test.each<[string, string]>([
    ['=?utf-8?B?S29hbGHDhMOWw6TDti5qcGc=?=', 'KoalaÄÖäö.jpg'],
    ['=?UTF8?b?dMO8LmJpbg==?=', 'tü.bin'],
    ['=?UTF-8?Q?_h=C3=A9!_100%_=c3=a0=?=', '=?UTF-8?Q?_h=C3=A9!_100%_=c3=a0=?='],
    ['=?UTF-8?Q?_h=C3=A9!_100%_=c3=a0.txt?=', ' hé! 100% à.txt'],
    ['=?ISO-8859-1?Q?gr=F6=DFe?=', 'größe'],
    ['=?iso-8859-1?B?Z3L232U=?=', 'größe'],
    // One encoding is undone, and not what comes out of it.
    ['=?utf-8?Q?=25C3=25BC=2522?=', '%C3%BC%22'],
    // Not a word, or not all of the value, or not of its charset, or nothing at all.
    ['x=?utf-8?B?dMO8LmJpbg==?=', 'x=?utf-8?B?dMO8LmJpbg==?='],
    ['=?utf-8?B?dMO8?= =?utf-8?B?LmJpbg==?=', '=?utf-8?B?dMO8?= =?utf-8?B?LmJpbg==?='],
    ['=?utf-8?B?dMO8?=.bin', '=?utf-8?B?dMO8?=.bin'],
    ['=?utf-8?B?dMO8LmJpb?=', '=?utf-8?B?dMO8LmJpb?='],
    ['=?utf-8?B?/////w==?=', '=?utf-8?B?/////w==?='],
    ['=?utf-8?B??=', '=?utf-8?B??='],
    ['=?utf-8?Q?a b?=', '=?utf-8?Q?a b?='],
    ['=?koi8-r?B?4Q==?=', '=?koi8-r?B?4Q==?='],
  ])('a name that is one RFC 2047 word is decoded: %s', (sent, name) => {
    expect(names(`name="${sent}"; filename="${sent}"`)).toEqual([name, name])
  })

  test.each(['=?utf-8?Q?a=00b?=', '=?utf-8?B?YRti?=', '=?iso-8859-1?Q?=7F?='])(
    'an RFC 2047 word cannot bring control characters: %s',
    (word) => {
      expect(reason(`name="a"; filename="${word}"`)).toBe('part 3, "a": its filename holds control characters')
      expect(reason(`name="${word}"`)).toBe('part 3: its name holds control characters')
    },
  )
})

describe('with decodesPercent', () => {
  test.each<[string, string]>([
    // React Native 0.77: encodeURIComponent.
    ["it's%20(1)%20!~*%20%C3%BC.txt", "it's (1) !~* ü.txt"],
    // aiohttp: all but the unreserved characters.
    ['it%27s%20%281%29%20%21~%2A%20%C3%BC.txt', "it's (1) !~* ü.txt"],
    // Apache HttpClient, EXTENDED: all but attr-chars.
    ['it%27s%20%281%29%20!#$&+^`|~%2A%20%C3%BC.txt', "it's (1) !#$&+^`|~* ü.txt"],
    ['%E5%86%99%E7%9C%9F.jpg', '写真.jpg'],
    // One pass.
    ['%2525', '%25'],
    ['100%25.txt', '100%.txt'],
    ['%2522%22.txt', '%22".txt'],
    ['a%252F..%252Fb', 'a%2F..%2Fb'],
  ])('a filename that a client encoded as a whole is decoded once: %s', (sent, filename) => {
    expect(names(`name="a"; filename="${sent}"`, { decodesPercent: true })).toEqual(['a', filename])
  })

  test.each([
    'plain.txt',
    '100%.txt',
    '100% %41.txt',
    // Not as any of the three would have written it.
    'a b%20c.txt',
    'ü%20.txt',
    '%41.txt',
    "%27'.txt",
    '(&%20)',
    // Lower-case digits, which these clients do not write.
    '%c3%bc.txt',
    '100%2e.txt',
    // Not UTF-8.
    '%E9.txt',
    '%C0%AF',
    '%ED%A0%80',
    // Never a folder, nor a control character.
    '%2E%2E%2Fetc%2Fpasswd',
    'a%2Fb.txt',
    'a%5Cb.txt',
    'a%00.txt',
    'a%09b',
    'a%C2%85b',
  ])('any other filename stands for itself: %s', (sent) => {
    expect(names(`name="a"; filename="${sent}"`, { decodesPercent: true })).toEqual(['a', sent])
  })

  test("a browser's escapes are read as ever if the whole is not percent-encoded", () => {
    const sent = 'name="a"; filename="a b%22c%0D%0Ad%25.txt"'
    expect(names(sent, { decodesPercent: true })).toEqual(['a', 'a b"c\r\nd%25.txt'])
    expect(names('name="a"; filename="x%0D%0Ay"', { decodesPercent: true })).toEqual(['a', 'x\r\ny'])
  })

  test('only a filename in quotes is decoded', () => {
    const sent = 'name="%C3%BC"; filename=%C3%BC.txt'
    expect(names(sent, { decodesPercent: true })).toEqual(['%C3%BC', '%C3%BC.txt'])
  })

  test('without it, nothing is decoded but what browsers escape', () => {
    expect(names('name="a"; filename="%C3%BC%22.txt"')).toEqual(['a', '%C3%BC".txt'])
  })
})
