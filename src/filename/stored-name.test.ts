import { describe, expect, test } from 'vitest'
import { extensionOf } from './extension.ts'
import { isStoredName, storedName } from './stored-name.ts'

const long = 'x'.repeat(300)
const SCOTLAND = '\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}'

describe('names that people give stay as they are', () => {
  test.each([
    ['holiday photo (1).png', 'holiday photo (1).png'],
    ['i contain cool ümläuts.txt', 'i contain cool ümläuts.txt'],
    ['日本語.txt', '日本語.txt'],
    ['日.txt', '日.txt'],
    ['Żółw na plaży.JPG', 'Żółw na plaży.JPG'],
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
    ['IMG_0001.JPG', 'IMG_0001.JPG'],
    ['my  photo \u00a0 of\u3000Tōkyō\u202f!.jpg', 'my  photo \u00a0 of\u3000Tōkyō\u202f!.jpg'],
    ['file .txt', 'file .txt'],
    ['file...txt', 'file...txt'],
    ['Wait….txt', 'Wait….txt'],
    ['Why？＊Because：a｜b＂＜＞；.txt', 'Why？＊Because：a｜b＂＜＞；.txt'],
    ['6∖7⧸8⧹9⧵0 ≠ ½.pdf', '6∖7⧸8⧹9⧵0 ≠ ½.pdf'],
    ['\ue000 \uf000 \uf100 \u{f0000} \u0378.txt', '\ue000 \uf000 \uf100 \u{f0000} \u0378.txt'],
    // Joiners in Persian and Hindi, and in a family, a flag with a rainbow and an astronaut.
    ['می\u200cخواهم.pdf', 'می\u200cخواهم.pdf'],
    ['क्\u200dष क्\u200cष.doc', 'क्\u200dष क्\u200cष.doc'],
    ['\u{1f468}\u200d\u{1f469}\u200d\u{1f467}.png', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}.png'],
    ['\u{1f3f3}\ufe0f\u200d\u{1f308}.png', '\u{1f3f3}\ufe0f\u200d\u{1f308}.png'],
    ['\u{1f469}\u{1f3fd}\u200d\u{1f680}.png', '\u{1f469}\u{1f3fd}\u200d\u{1f680}.png'],
    ['I \u2764\ufe0f NY.jpg', 'I \u2764\ufe0f NY.jpg'],
    ['1\ufe0f\u20e3 first.txt', '1\ufe0f\u20e3 first.txt'],
    ['葛\u{e0100}城.txt', '葛\u{e0100}城.txt'],
    [`${SCOTLAND} flag.png`, `${SCOTLAND} flag.png`],
  ])('%j is stored as %j', (filename, stored) => {
    expect(storedName(filename)).toBe(stored)
  })
})

describe('only the last part of a path counts', () => {
  test.each([
    ['C:\\Users\\me\\photo.JPG', 'photo.JPG'],
    ['../../../../home/username/.bashrc', 'bashrc'],
    ['..\\..\\boot.ini', 'boot.ini'],
    ['a/b\\c.txt', 'c.txt'],
    ['a\\b/c.txt', 'c.txt'],
    ['a.txt/', 'a.txt'],
    ['\\\\server\\share\\a.txt', 'a.txt'],
    ['C:a.txt', 'C_a.txt'],
    // A character that only looks like a slash, or becomes one in a normal form, is part of a name.
    ['5／6.pdf', '5_6.pdf'],
    ['5＼6.pdf', '5_6.pdf'],
    ['5⁄6.pdf', '5_6.pdf'],
    ['5∕6.pdf', '5_6.pdf'],
    ['℀℅.txt', '__.txt'],
    ['‥／etc', '_etc'],
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
    [' .TXT', 'file.TXT'],
    ['\u2026', 'file'],
    ['\u200d.\ufe0f', 'file'],
  ])('%j is stored as %j', (filename, stored) => {
    expect(storedName(filename)).toBe(stored)
  })
})

describe('a name that is all extension', () => {
  test.each([
    ['.docx', 'file.docx'],
    ['.php', 'file.php'],
    ['..TXT', 'file.TXT'],
    ['.heic', 'file.heic'],
    ['.htaccess', 'htaccess'],
    ['.env', 'env'],
    ['.ENV', 'ENV'],
    ['.bashrc', 'bashrc'],
    ['.DS_Store', 'DS_Store'],
    ['.constructor', 'constructor'],
    ['.ſh', '_h'],
    ['.a…php', 'a_php'],
    ['.Mr. Smith', 'Mr. Smith'],
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
    ['foo…', 'foo'],
    ['…and more.txt', 'and more.txt'],
    ['\u3000lead trail\u00a0', 'lead trail'],
    ['a.txt . ', 'a.txt'],
    ['a. \ufe0f. ', 'a'],
    ['Chapter ⒈', 'Chapter _'],
    ['a\t\tb\r\nc \t d.txt', 'a b c   d.txt'],
  ])('%j is stored as %j', (filename, stored) => {
    expect(storedName(filename)).toBe(stored)
  })
})

describe('an invisible character is removed', () => {
  test.each([
    ['\u202egpj.exe', 'gpj.exe'],
    ['a\u2066\u2069\u200e\u061cb', 'ab'],
    ['file.php\0.jpg', 'file_php.jpg'],
    ['a\r\nb\x07\x9b.txt', 'a b.txt'],
    ['a\u2028b\u2029c\x85.txt', 'abc.txt'],
    ['\ufeffa\u2060\u00ad\u034fb\u200b.txt', 'ab.txt'],
    ['a\ufff9b\ufffac\ufffb.txt', 'abc.txt'],
    // A joiner, a selector and a tag that shape nothing.
    ['\u200da\u200d 1\u200c2 \u200db\u200d\u200dc\u200d.txt', 'a 12 bc.txt'],
    ['a \ufe0f\ufe0fb\ufe0f\ufe0fc\ufe0f.txt', 'a b\ufe0fc.txt'],
    ['\u{1f3f4}\u{e0067}\u{e0062} \u{e0067}\u{e007f}.txt', '\u{1f3f4} .txt'],
    [`${SCOTLAND.slice(0, 2)}${'\u{e0061}'.repeat(7)}\u{e007f} a.txt`, '\u{1f3f4} a.txt'],
    // In an extension and beside a dot they go even if they shape something.
    ['a.ب\u200cپ', 'a.بپ'],
    ['a.j\ufe0fpg', 'a.jpg'],
    ['a.\u1100\u200d\u1161', 'a.가'],
    ['\u2764\ufe0f.jpg', '\u2764.jpg'],
    [`${SCOTLAND}.png`, '\u{1f3f4}.png'],
    ['Dr. ب\u200cپ x', 'Dr. ب\u200cپ x'],
    ['a.ب\u200cپ .', 'a.بپ'],
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

describe('a character that some system forbids becomes an underscore', () => {
  test.each([
    ['a<b>c:d"e|f?g*h.txt', 'a_b_c_d_e_f_g_h.txt'],
    ['file:stream.txt', 'file_stream.txt'],
    ['shell.php::$DATA', 'shell.php__$DATA'],
    ['a\uf03ab\uf001\uf0ffc.txt', 'a_b__c.txt'],
    // NFC makes them one character, and a semicolon.
    ['<\u0338.txt', '\u226e.txt'],
    ['\u037e.txt', '_.txt'],
  ])('%j is stored as %j', (filename, stored) => {
    expect(storedName(filename)).toBe(stored)
  })

  test('as does every character with a slash in some normal form', () => {
    for (let code = 0x80; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code)
      if (/[/\\]/.test(['NFC', 'NFD', 'NFKC', 'NFKD'].map((form) => character.normalize(form)).join('')))
        expect(storedName(`a${character}b`)).toBe('a_b')
    }
  })
})

describe('a character that gives a name another extension becomes an underscore', () => {
  test.each([
    ['a．php', 'a_php'],
    ['evil…php', 'evil_php'],
    ['a.ſh', 'a._h'],
    ['a.ＪＰＧ', 'a.___'],
    ['a.tx․t', 'a.tx_t'],
    ['a…b…php', 'a_b_php'],
    ['a… b．php', 'a… b_php'],
    ['a.b c⒈php', 'a.b c_php'],
    ['a.¨b', 'a._b'],
    ['⒈php', '_php'],
    ['Decant & ㏇', 'Decant & _'],
    // No other extension: the shadow has none either, or the same.
    ['Wait… what', 'Wait… what'],
    ['a…b.jpg', 'a…b.jpg'],
    ['a.İNİ', 'a.İNİ'],
    ['a.ΑΣ', 'a.ΑΣ'],
  ])('%j is stored as %j', (filename, stored) => {
    expect(storedName(filename)).toBe(stored)
  })
})

test('no character that has a dot in its compatibility form gives a name an extension, or ends it', () => {
  for (let code = 0x80; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code)
    if (!character.normalize('NFKC').includes('.')) continue
    expect(storedName(`a${character}php`)).toBe('a_php')
    expect(storedName(`a.x${character}php`)).toBe('a.x_php')
    expect(storedName(`a${character}php.txt`)).toBe('a_php.txt')
    expect(storedName(`a ${character}`)).toMatch(/^a(?: _)?$/)
  }
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
    ['Web.Config', '_Web.Config'],
    ['ｗｅｂ.config', '_ｗｅｂ.config'],
    ['w\u200de\u200db.config', '_w\u200de\u200db.config'],
    ['web . config', 'web . config'],
    ['web..config', 'web..config'],
    ['nul….txt', '_nul….txt'],
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
    ['REPORT~2.DOC', 'REPORT_2.DOC'],
    ['a～1.txt', 'a_1.txt'],
    ['a~1.txt', 'a_1.txt'],
    // These do not have that form.
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
    ['a.php .jpg', 'a_php .jpg'],
    ['a…php.jpg', 'a_php.jpg'],
    ['a.php….jpg', 'a_php….jpg'],
    ['a.p\u200dhp.jpg', 'a_p\u200dhp.jpg'],
    ['a.php⒌.jpg', 'a_php⒌.jpg'],
    ['a.PHP.b c', 'a_PHP.b c'],
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
    expect(storedName(`${long}.TXT`)).toBe(`${'x'.repeat(251)}.TXT`)
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
    expect(storedName(`${'a'.repeat(247)}…php ${long}`)).toBe(`${'a'.repeat(247)}_php ${'x'.repeat(3)}`)
  })

  test('and leaves no joiner that joins nothing, and no part of a flag', () => {
    expect(storedName(`${'ب\u200c'.repeat(60)}ب.txt`)).toBe(`${'ب\u200c'.repeat(49)}ب.txt`)
    expect(storedName(`${'x'.repeat(240)}${SCOTLAND} x.txt`)).toBe(`${'x'.repeat(240)}.txt`)
  })
})

test('a hostile name of a million characters is stored like any other', () => {
  const dots = '.'.repeat(1_000_000)
  expect(storedName(`a${dots}b c`)).toBe(`a${'_'.repeat(254)}`)
  expect(storedName(`a${' '.repeat(1_000_000)}b`)).toBe('a')
  expect(storedName(`a${'\u0301'.repeat(1_000_000)}`).isWellFormed()).toBe(true)
})

test('isStoredName tells a safe name from one that has to be changed', () => {
  expect(isStoredName('a b.txt')).toBe(true)
  expect(isStoredName('a.TXT')).toBe(true)
  for (const name of ['', 'a/b', '.a', 'a.ＴＸＴ', 'NUL', 'a\0', ' a', 'cafe\u0301'])
    expect(isStoredName(name)).toBe(false)
})

// The text after a slash takes the long way.
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
