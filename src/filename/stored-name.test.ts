import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { conflictName } from './conflict-names.ts'
import { extensionOf } from './extension.ts'
import { isKey, keyFromPath, pathFromKey } from './key.ts'
import { isStoredName, storedName } from './stored-name.ts'

const long = 'x'.repeat(300)

describe('letters of every script, emoji and single spaces stay', () => {
  test.each([
    ['holiday photo (1).png', 'holiday photo (1).png'],
    ['i contain cool ümläuts.txt', 'i contain cool ümläuts.txt'],
    ['日本語.txt', '日本語.txt'],
    ['日.txt', '日.txt'],
    ['Żółw na plaży.JPG', 'Żółw na plaży.jpg'],
    ['مرحبا بالعالم.pdf', 'مرحبا بالعالم.pdf'],
    ['नमस्ते.doc', 'नमस्ते.doc'],
    ['สวัสดี.txt', 'สวัสดี.txt'],
    ['안녕하세요.txt', '안녕하세요.txt'],
    ['\u{1f600}x\u{1f600}.png', '\u{1f600}x\u{1f600}.png'],
    ['½ Käse & 100% Brot, ab 5€.txt', '½ Käse & 100% Brot, ab 5€.txt'],
    ['Letter to Mr. Smith', 'Letter to Mr. Smith'],
    ['a.tar.gz', 'a.tar.gz'],
    ['1.2.3', '1.2.3'],
    ['README', 'README'],
    ["it's_[x]{y}~$#@!^`=+,-.txt", "it's_[x]{y}~$#@!^`=+,-.txt"],
  ])('%j is stored as %j', (filename, stored) => {
    expect(storedName(filename)).toBe(stored)
  })
})

describe('only the last part of a path counts', () => {
  test.each([
    ['C:\\Users\\me\\photo.JPG', 'photo.jpg'],
    ['../../../../home/username/.bashrc', 'bashrc'],
    ['..\\..\\boot.ini', 'boot.ini'],
    ['a/b\\c.txt', 'c.txt'],
    ['a\\b/c.txt', 'c.txt'],
    ['a.txt/', 'a.txt'],
    ['\\\\server\\share\\a.txt', 'a.txt'],
    ['C:a.txt', 'C_a.txt'],
    // A slash that only looks like one is part of a name.
    ['5／6.pdf', '5_6.pdf'],
    ['5＼6.pdf', '5_6.pdf'],
    ['5⁄6.pdf', '5_6.pdf'],
    ['5∕6∖7⧸8⧹9⧵0.pdf', '5_6_7_8_9_0.pdf'],
    ['℀℅.txt', '__.txt'],
    ['‥／etc', '__etc'],
  ])('%j is stored as %j', (filename, stored) => {
    expect(storedName(filename)).toBe(stored)
  })
})

describe('there is always a name', () => {
  test.each([
    ['', 'file'],
    ['.', 'file'],
    ['..', 'file'],
    ['/', 'file'],
    ['a/..', 'file'],
    ['\u200b', 'file'],
    ['\ud800', 'file'],
    ['- -', 'file'],
    ['-.txt', 'file.txt'],
    [' .TXT', 'file.txt'],
    // A name that begins with its only dot has no extension, here as in Python.
    ['.txt', 'txt'],
    ['..txt', 'txt'],
  ])('%j is stored as %j', (filename, stored) => {
    expect(storedName(filename)).toBe(stored)
  })
})

describe('nothing leads or trails that a system reads in its own way', () => {
  test.each([
    ['-rf', 'rf'],
    ['--help', 'help'],
    ['－rf', 'rf'],
    ['. -.-a.txt', 'a.txt'],
    [' lead trail ', 'lead trail'],
    ['foo.', 'foo'],
    ['foo. . .', 'foo'],
    ['file .txt', 'file.txt'],
    ['file...txt', 'file.txt'],
    ['a.txt . ', 'a.txt'],
    ['a  b\t\u3000\u00a0\u2800c\u2028d.txt', 'a b c d.txt'],
    ['a \u200b b', 'a b'],
  ])('%j is stored as %j', (filename, stored) => {
    expect(storedName(filename)).toBe(stored)
  })
})

describe('what cannot be seen is gone', () => {
  test.each([
    ['\u202egpj.exe', 'gpj.exe'],
    ['a\u2066\u2069\u200e\u061cb', 'ab'],
    ['file.php\0.jpg', 'file_php.jpg'],
    ['a\r\nb\x07\x9b.txt', 'a b.txt'],
    ['\ufeffa\u200d\u2060\u00ad\u034fb\ufe0f.txt', 'ab.txt'],
    ['a\u{e0041}\u{e0100}.txt', 'a.txt'],
    ['a\ufdd0\uffff\u{10ffff}.txt', 'a.txt'],
    ['a\ud800b\udc00.txt', 'ab.txt'],
    // No character may come into being out of two halves that were apart.
    ['a\ud83d\0\ude00.txt', 'a.txt'],
    ['e\u200b\u0301.txt', '\u00e9.txt'],
    ['cafe\u0301.png', 'caf\u00e9.png'],
    ['K\u212a.txt', 'KK.txt'],
  ])('%j is stored as %j', (filename, stored) => {
    expect(storedName(filename)).toBe(stored)
  })
})

describe('what a system forbids becomes an underscore', () => {
  test.each([
    ['a<b>c:d"e|f?g*h.txt', 'a_b_c_d_e_f_g_h.txt'],
    ['a：b？c＊d＂e｜f＜g＞h；i.txt', 'a_b_c_d_e_f_g_h_i.txt'],
    ['file:stream.txt', 'file_stream.txt'],
    ['shell.php::$DATA', 'shell.php__$data'],
    ['a\uf03ab\ue000c.txt', 'a_b_c.txt'],
    ['\u226e\u226f\u037e.txt', '___.txt'],
    ['<\u0338.txt', '_\u0338.txt'],
    ['wait\u2026.mp4', 'wait_.mp4'],
    ['a．php', 'a_php'],
  ])('%j is stored as %j', (filename, stored) => {
    expect(storedName(filename)).toBe(stored)
  })
})

describe('a name that means something to Windows or a server loses the meaning', () => {
  const names =
    'CON con PRN AUX NUL COM1 com0 LPT9 COM¹ LPT² CONIN$ conout$ CLOCK$ NUL.txt NUL.tar.gz aux.h COM³.c ＣＯＮ.txt ' +
    'web.config php.ini desktop.ini autorun.inf global.asax machine.config'

  test.each(names.split(' '))('%j gets an underscore in front', (filename) => {
    expect(storedName(filename)).toBe(`_${filename}`)
  })

  test.each([
    ['.htaccess', 'htaccess'],
    ['.user.ini', 'user.ini'],
    ['.NUL', '_NUL'],
    ['CON .a.txt', '_CON .a.txt'],
    ['Web.Config', '_Web.config'],
    ['web . config', 'web . config'],
    ['web..config', '_web.config'],
    [`web${'.'.repeat(300)}x.config`, `_web.config`],
    ['CONSOLE.txt', 'CONSOLE.txt'],
    ['COM10.txt', 'COM10.txt'],
    [`CON.${long}.txt`, `_CON.${'x'.repeat(246)}.txt`],
  ])('%j is stored as %j', (filename, stored) => {
    expect(storedName(filename)).toBe(stored)
  })
})

describe('a name that Windows gives to another file as its second one', () => {
  test.each([
    ['DECANT~1', 'DECANT_1'],
    ['REPORT~2.DOC', 'REPORT_2.doc'],
    ['a~1.txt', 'a_1.txt'],
    // None of these has that form.
    ['a~b.txt', 'a~b.txt'],
    ['~1', '~1'],
    ['report-of~1.docx', 'report-of~1.docx'],
  ])('%j is stored as %j', (filename, stored) => {
    expect(storedName(filename)).toBe(stored)
  })
})

describe('a script hidden behind another extension loses its dot', () => {
  test.each([
    ['a.php.jpg', 'a_php.jpg'],
    ['a.PhP7.jpg', 'a_PhP7.jpg'],
    ['shell.phtml.png', 'shell_phtml.png'],
    ['a.php.php5.x.jpg', 'a_php_php5.x.jpg'],
    ['a.php .jpg', 'a_php.jpg'],
    ['a.ｐｈｐ.jpg', 'a_ｐｈｐ.jpg'],
    ['x.asp;.jpg', 'x.asp_.jpg'],
    ['x.cer.jpg', 'x_cer.jpg'],
    ['x.jsp.jpg', 'x_jsp.jpg'],
    ['x.cgi.jpg', 'x_cgi.jpg'],
    ['php.jpg', 'php.jpg'],
    ['a.phpx.jpg', 'a.phpx.jpg'],
    // The last extension is the policy's to judge.
    ['a.php', 'a.php'],
  ])('%j is stored as %j', (filename, stored) => {
    expect(storedName(filename)).toBe(stored)
  })
})

describe('a name that is too long is cut, and its extension kept', () => {
  test('at 255 bytes', () => {
    expect(storedName(`${long}.TXT`)).toBe(`${'x'.repeat(251)}.txt`)
    expect(storedName('x'.repeat(255))).toBe('x'.repeat(255))
    expect(storedName(`.-${long}`)).toBe('x'.repeat(255))
  })

  test('between two characters as people see them', () => {
    expect(storedName(`${'é'.repeat(200)}.png`)).toBe(`${'é'.repeat(125)}.png`)
    const thumb = '\u{1f44d}\u{1f3fd}'
    expect(storedName(`${thumb.repeat(40)}.png`)).toBe(`${thumb.repeat(31)}.png`)
    const marks = '\u0323\u0331\u0324'
    expect(storedName(`${`a${marks}`.repeat(50)}.txt`)).toBe(`${`a${marks}`.repeat(35)}.txt`.normalize('NFC'))
  })

  test('between two code points where one character has more bytes than a name may have', () => {
    expect(storedName(`a${'\u0331'.repeat(200)}.txt`)).toBe(`a${'\u0331'.repeat(125)}.txt`)
  })

  test('without leaving a space or a dot before the extension', () => {
    expect(storedName(`${'x'.repeat(250)} y.txt`)).toBe(`${'x'.repeat(250)}.txt`)
    expect(storedName(`${'x'.repeat(250)}.y.txt`)).toBe(`${'x'.repeat(250)}.txt`)
  })

  test('and never makes an extension that was not there', () => {
    expect(extensionOf(storedName(`${'a'.repeat(251)}.php${long}`))).toBe('')
    expect(extensionOf(storedName(`${'a'.repeat(251)}.php ${long}`))).toBe('')
    expect(storedName(`${'a'.repeat(247)}.php${long}.jpg`)).toBe(`${'a'.repeat(247)}_php.jpg`)
  })
})

test('a hostile name of a million characters is stored like any other', () => {
  const dots = '.'.repeat(1_000_000)
  expect(storedName(`a${dots}b c`)).toBe(`a${'_'.repeat(254)}`)
  expect(storedName(`a${' '.repeat(1_000_000)}b`)).toBe('a b')
  expect(storedName(`a${'\u0301'.repeat(1_000_000)}`).isWellFormed()).toBe(true)
})

/** Code units of every kind, halves of surrogate pairs among them, and pieces that some system reads in its own way. */
const anyName = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom(...'./\\ -_:;\0\n\u200b\u202e\u0301\u0338…．／＼：－\ud83d\ude00'.split('')),
      fc.constantFrom(
        'con',
        'NUL',
        'COM1',
        'COM¹',
        '.php',
        '.phtml',
        '.asp;',
        'web.config',
        '.htaccess',
        '.JPG',
        'İ',
        'ẞ',
      ),
      fc
        .constantFrom('é', 'x', '日', '.', ' ', '\u0331')
        .chain((unit) => fc.nat(300).map((count) => unit.repeat(count))),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''))

describe('whatever the client calls a file, its stored name', () => {
  const promises: Record<string, (stored: string) => boolean> = {
    'is not empty': (stored) => stored !== '',
    'is valid Unicode in NFC': (stored) => stored.isWellFormed() && stored === stored.normalize('NFC'),
    'has at most 255 bytes': (stored) => Buffer.byteLength(stored) <= 255,
    'has no control, bidi or invisible character': (stored) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{DI}]/u.test(stored),
    'has no character that a system forbids, in any normalisation': (stored) =>
      [stored, stored.normalize('NFD'), stored.normalize('NFKC')].every((form) => !/[<>:"|?*;/\\]/.test(form)),
    'has no slash that only looks like one': (stored) => !/[\u2044\u2215\u2216\u29f5\u29f8\u29f9]/.test(stored),
    'has as many dots in every normalisation': (stored) =>
      stored.normalize('NFKC').split('.').length === stored.split('.').length,
    'has no leading dot, dash or space': (stored) => !/^[. -]/.test(stored) && !/^[.-]/.test(stored.normalize('NFKC')),
    'has no trailing dot or space': (stored) => !/[. ]$/.test(stored),
    'has no runs of spaces': (stored) => !stored.includes('  '),
    'is no device': (stored) =>
      !/^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?: *\.|$)/i.test(stored),
    'has no inner extension that PHP runs': (stored) => !/\.(?:php[0-9]*|phtml|phar)\./i.test(stored),
    'is no name that a server obeys': (stored) => !/^(?:web\.config|\.htaccess|\.user\.ini|php\.ini)$/i.test(stored),
    'has its extension in lower case': (stored) => {
      const extension = extensionOf(stored)
      return extension === '' || stored.endsWith(`.${extension}`) || Buffer.byteLength(extension) > 63
    },
    'is its own stored name': (stored) => storedName(stored) === stored && isStoredName(stored),
    'is a key, and comes back from its URL': (stored) => isKey(stored) && keyFromPath(pathFromKey(stored)) === stored,
    'is a stored name also with a number': (stored) => isStoredName(conflictName(stored, 1)),
  }

  test.each(Object.entries(promises))('%s', (_, holds) => {
    fc.assert(
      fc.property(anyName, (filename) => holds(storedName(filename))),
      { numRuns: 2000 },
    )
  })

  test('keeps all this for every character but plain letters', () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code)
      if (/[\p{Lo}\p{Cn}\p{Co}]/u.test(character) && character.normalize('NFKD') === character) continue
      const stored = storedName(`${character}.${character}`)
      const broken = Object.entries(promises).find(([, holds]) => !holds(stored))
      if (broken !== undefined) expect.fail(`U+${code.toString(16)} stored as ${JSON.stringify(stored)}: ${broken[0]}`)
    }
  })
})

test('isStoredName tells a safe name from one that has to be changed', () => {
  expect(isStoredName('a b.txt')).toBe(true)
  for (const name of ['', 'a/b', '.a', 'a.TXT', 'NUL', 'a\0', ' a', 'cafe\u0301'])
    expect(isStoredName(name)).toBe(false)
})

// What follows a slash takes the long way.
test.each([
  'photo.jpg',
  'IMG_0001',
  'a',
  '_',
  '_x',
  '0',
  'a-b_c.tar',
  'x-',
  '9.z',
  `${'a'.repeat(100)}.abcdefghij`,
  'a.abcdefghijk',
  'con',
  'CON.txt',
  'nul',
  'com1.log',
  'lpt9',
  'aux.c',
  'prn',
  'conx.txt',
  'web.config',
  'php.ini',
  'Desktop.ini',
  'autorun.inf',
  'machine.config',
  'global.asax',
  'a.PHP',
  'a.Jpg',
  '-x',
  'x.',
  `${'a'.repeat(101)}.txt`,
  'a.b.c',
  'é.txt',
])('%s is stored the same whichever way it is looked at', (name) => {
  expect(storedName(name)).toBe(storedName(`folder/${name}`))
})
