import fc from 'fast-check'

/** Texts that some system, server or reader takes for more than a name, in every disguise. */
const TRICKS: readonly string[] = [
  ['..', '../', '..\\', '/', '\\', './', '.', '....//', '..;/', '%2e%2e%2f', '%252e%252e%252f', '%2e%2e%5c', '%5c'],
  ['%c0%af', '%c0%ae', '%e0%80%af', '\xc0\xaf', '\xc0\xae\xc0\xae', '%u002e', '%uff0e', '%00', '\0', '%0d%0a'],
  ['．', '．．', '／', '＼', '：', '…', '‥', '\u2024', '\u2044', '\u2215', '\u29f8', '\ufe52', '\uff61', '\u3002'],
  ['C:', 'C:\\', '\\\\?\\', '\\\\.\\', '//server/share/', 'file:', ':stream', '::$DATA', ':$I30:$INDEX_ALLOCATION'],
  [
    'CON',
    'con',
    'CON.',
    'NUL',
    'NUL .txt',
    'AUX',
    'PRN',
    'COM1',
    'COM¹',
    'LPT9',
    'CONIN$',
    'CLOCK$',
    'ＣＯＮ',
    'ＮＵＬ',
  ],
  ['\u202e', '\u202d', '\u2066', '\u2069', '\u200e', '\u061c', '\u200b', '\u200c', '\u200d', '\ufeff', '\u2060'],
  ['\ud800', '\udfff', '\ud83d', '\u{1f600}', '\u{10ffff}', '\ufffe', '\ue000', '\uf03a', '\u{e0041}', '\ufe0f'],
  [
    '.php',
    '.PHP',
    '.ｐｈｐ',
    '.ｐｈｐ.jpg',
    'a.Ｐhp.x',
    '.php ',
    '.php.',
    '.phtml',
    '.jsp',
    '.asp;',
    '.cer',
    '.htaccess',
    'web.config',
    '.cgi',
  ],
  ['.jpg', '.txt', '.tar.gz', '.HTML', '.svg', '.', ' ', '  ', '-', '--', '_', '~1', '~', '\t', '\r\n', '\x7f', '\x85'],
  ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', '__defineGetter__', 'then'],
  ['é', 'e\u0301', 'Å', '\u212b', 'ﬁ', 'ß', 'ẞ', 'İ', 'ı', 'I\u0307', 'Σ', 'ς', '가', '\u1112\u1161\u11ab', '日本'],
  [
    '\u0628\u200c\u067e',
    '\u0915\u094d\u200d\u0937',
    '\u{1f468}\u200d\u{1f469}',
    '\u1100\u200d\u1161',
    'a\ufe0f',
    '.\ufe0f',
  ],
  [
    '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    '\u{e0067}',
    '\u{e007f}',
    '\u2764\ufe0f',
    '\ufff9',
  ],
  [
    '⒈',
    '.⒈php',
    '㏂',
    '.ſh',
    '.ΑΣ',
    '¨',
    '.docx',
    '.env',
    '\u3000',
    '\u00a0',
    '\u2028',
    '\u180e',
    '\uf001',
    '～1',
    '；',
  ],
  ['"', "'", '`', '$(id)', ';', '|', '&', '*', '?', '<', '>', '#', '%', '{', '}', '=', '\\"', '%22', "utf-8''x"],
].flat()

/** File names of strangers: whole ones, and tricks in any order, some of them longer than any system takes. */
export const hostileNames: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(fc.oneof(fc.constantFrom(...TRICKS), fc.string({ unit: 'grapheme', maxLength: 3 })), { maxLength: 8 })
      .map((pieces) => pieces.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  {
    weight: 1,
    arbitrary: fc
      .array(
        fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
        { maxLength: 10 },
      )
      .map((units) => units.join('')),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...TRICKS, 'a', ''),
        fc.constantFrom(
          'x',
          'é',
          'x ',
          'x.',
          '-.',
          '日',
          '\u{1f600}',
          '\u0301',
          '.',
          ' ',
          '\u1112\u1161\u11ab',
          '\u{1f468}\u200d\u{1f469}',
          'ﷺ',
        ),
        fc.integer({ min: 40, max: 300 }),
        fc.constantFrom(...TRICKS, '.txt'),
        fc.constantFrom('.txt', '', '.jpg', '.php'),
      )
      .map(([start, unit, count, end, extension]) => start + unit.repeat(count) + end + extension),
  },
)
