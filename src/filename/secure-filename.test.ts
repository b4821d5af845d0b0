import { describe, expect, test } from 'vitest'
import { secureFilename } from './secure-filename.ts'

/** The results of Werkzeug 2.2.2, 3.1.8 and its main branch on POSIX. */
const WERKZEUG = [
  ['../../../../home/username/.bashrc', 'home_username_.bashrc'],
  ['../../../home/username/.bashrc', 'home_username_.bashrc'],
  ['My cool movie.mov', 'My_cool_movie.mov'],
  ['../../../etc/passwd', 'etc_passwd'],
  ['i contain cool \u00fcml\u00e4uts.txt', 'i_contain_cool_umlauts.txt'],
  ['.bashrc', 'bashrc'],
  ['..', ''],
  ['', ''],
  ['...', ''],
  ['/', ''],
  ['C:\\Users\\me\\photo.jpg', 'CUsersmephoto.jpg'],
  ['a/b/c.txt', 'a_b_c.txt'],
  ['a\\b.txt', 'ab.txt'],
  ['file .txt', 'file_.txt'],
  [' lead trail ', 'lead_trail'],
  ['a\tb\nc.txt', 'a_b_c.txt'],
  ['a\u00a0b.txt', 'a_b.txt'],
  ['\u65e5\u672c\u8a9e.txt', 'txt'],
  ['\u65e5\u672c\u8a9e', ''],
  ['caf\u00e9.png', 'cafe.png'],
  ['cafe\u0301.png', 'cafe.png'],
  ['\ufb01le.txt', 'file.txt'],
  ['\uff0e\uff0e/x', 'x'],
  ['\u2026.txt', 'txt'],
  ['\u2025/\u2025/etc', 'etc'],
  ['\uff0fetc\uff0fpasswd', 'etc_passwd'],
  ['a\u2044b', 'ab'],
  ['stra\u00dfe.txt', 'strae.txt'],
  ['\u0141\u00f3d\u017a.doc', 'odz.doc'],
  ['x.tar.gz', 'x.tar.gz'],
  ['-rf', '-rf'],
  ['--help', '--help'],
  ['_hidden_', 'hidden'],
  ['a__b--c..d.txt', 'a__b--c..d.txt'],
  ['a;b&c|d$e`f.txt', 'abcdef.txt'],
  ['con', 'con'],
  ['NUL.txt', 'NUL.txt'],
  ['COM1', 'COM1'],
  ['aux.h', 'aux.h'],
  ['file.php\0.jpg', 'file.php.jpg'],
  ['test\0.png', 'test.png'],
  ['aaaaaaaaaa.TXT', 'aaaaaaaaaa.TXT'],
  ['file:stream.txt', 'filestream.txt'],
  ['100%.txt', '100.txt'],
  ['a\'b"c.txt', 'abc.txt'],
  ['(1) copy.txt', '1_copy.txt'],
  ['name@host.com', 'namehost.com'],
  ['\u202egpj.exe', 'gpj.exe'],
  ['\u{1f600}.png', 'png'],
  ['\u{1f600}x\u{1f600}.png', 'x.png'],
  ['\u00bd.txt', '12.txt'],
  ['\u2460.txt', '1.txt'],
  ['\u33a5', 'm3'],
  ['~user', 'user'],
  ['foo.', 'foo'],
  ['foo._', 'foo'],
  ['_.foo', 'foo'],
  ['a/../b', 'a_.._b'],
  ['a/./b', 'a_._b'],
  ['a//b', 'a_b'],
  ['a . b', 'a_._b'],
  ['1.2.3', '1.2.3'],
  ['\u200bzero.txt', 'zero.txt'],
  ['K\u212a.txt', 'KK.txt'],
  ['\u00c5\u212b.txt', 'AA.txt'],
] as const

/** Values in which Python and JavaScript could differ: white space, and values that are not text. */
const PYTHON = [
  ['a\x1cb\x1dc\x1ed\x1fe.txt', 'a_b_c_d_e.txt'],
  ['a\x0bb\x0cc\rd', 'a_b_c_d'],
  ['a\x1bb\x08c', 'abc'],
  ['a\x85b', 'ab'],
  ['a\u2028b', 'ab'],
  ['a\ufeffb', 'ab'],
  ['a\u3000b', 'a_b'],
  ['a\ud800b\udc00c', 'abc'],
  ['\ud83d\0\ude00x', 'x'],
] as const

describe("secureFilename gives Werkzeug's result", () => {
  test.each([...WERKZEUG, ...PYTHON])('%j becomes %j', (filename, secured) => {
    expect(secureFilename(filename)).toBe(secured)
  })
})

test('a name of a million dots takes no longer than any other of that length', () => {
  const dots = '.'.repeat(1_000_000)
  expect(secureFilename(`a${dots}b`)).toBe(`a${dots}b`)
  expect(secureFilename(dots)).toBe('')
})
