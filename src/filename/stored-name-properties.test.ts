import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { conflictName } from './conflict-names.ts'
import { extensionOf, splitExtension } from './extension.ts'
import { isKey, keyFromPath, pathFromKey } from './key.ts'
import { isStoredName, storedName } from './stored-name.ts'

const SCOTLAND = '\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}'

/** Code units of every kind, halves of surrogate pairs among them, and pieces that some system reads in its own way. */
const anyName = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom(...'./\\ -_:;\0\n\u200b\u202e\u0301\u0338…．／＼：－\ud83d\ude00\u200c\u200d\ufe0f⒈¨ſ'.split('')),
      fc.constantFrom(SCOTLAND, '\u{e0067}', '\u{e007f}', '\u{1f468}\u200d\u{1f469}', 'ب\u200cپ', '\u1100\u200d\u1161'),
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

const FLAG = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f}/gu
const JOINER = /(?<=[\p{L}\p{M}\p{ExtPict}\p{EMod}])[\u200c\u200d](?=[\p{L}\p{ExtPict}\p{EMod}])/gu
const SELECTOR = /(?<=[^\p{White_Space}\p{DI}])\p{VS}/gu

/** Once more and in other words: the name without the invisible characters that shape what is beside them. */
function withoutShapers(name: string): string {
  return name.replaceAll(FLAG, '\u{1f3f4}').replaceAll(JOINER, '').replaceAll(SELECTOR, '')
}

function shadow(name: string): string {
  return name
    .replaceAll(/\p{DI}/gu, '')
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('ς', 'σ')
}

describe('the stored name, however the client calls the file,', () => {
  const promises: Record<string, (stored: string) => boolean> = {
    'is not empty': (stored) => stored !== '',
    'is valid Unicode in NFC': (stored) => stored.isWellFormed() && stored === stored.normalize('NFC'),
    'has at most 255 bytes': (stored) => Buffer.byteLength(stored) <= 255,
    'has no control or bidi character': (stored) =>
      !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Noncharacter_Code_Point}]/u.test(stored),
    'has no invisible character that shapes nothing': (stored) => !/\p{DI}/u.test(withoutShapers(stored)),
    'has no invisible character in its extension or beside a dot': (stored) =>
      !/\.\p{DI}|\p{DI}\./u.test(stored) && !/\p{DI}/u.test(splitExtension(stored).suffix),
    'has no character that a system forbids': (stored) => !/[<>:"|?*;/\\]/.test(stored),
    'has no slash in any normalisation': (stored) =>
      ['NFD', 'NFKC', 'NFKD'].every((form) => !/[/\\]/.test(stored.normalize(form))),
    'has no fraction slash, and no forbidden character in private use': (stored) =>
      !/[\u2044\u2215\uf001-\uf0ff]/.test(stored),
    'has no leading or trailing white space, no tab and no line end': (stored) =>
      stored === stored.trim() && !/[\t\r\n\v\f\x85]/.test(stored),
    'has no leading dot or dash in its shadow': (stored) => !/^[.-]/.test(shadow(stored)),
    'has no trailing dot or space in its shadow': (stored) => !/[. ]$/.test(shadow(stored)),
    'is not a device in its shadow': (stored) =>
      !/^(?:con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$|clock\$)(?: *\.|$)/.test(shadow(stored)),
    'has no inner extension that PHP runs, in its shadow': (stored) =>
      !/\. *(?:php[0-9]*|phtml|phar) *\./.test(shadow(stored)),
    'has no name in its shadow that a server obeys': (stored) =>
      !/^(?:web\.config|\.htaccess|\.user\.ini|php\.ini)$/.test(shadow(stored)),
    'has the extension that its shadow has': (stored) =>
      splitExtension(stored).suffix.toLowerCase().replaceAll('ς', 'σ') === splitExtension(shadow(stored)).suffix &&
      extensionOf(stored) === splitExtension(shadow(stored)).suffix.slice(1),
    'is its own stored name': (stored) => storedName(stored) === stored && isStoredName(stored),
    'is a key, and comes back from its URL': (stored) => isKey(stored) && keyFromPath(pathFromKey(stored)) === stored,
    'is a stored name also with a number': (stored) => isStoredName(conflictName(stored, 1)),
    'has the same extension with a number': (stored) =>
      extensionOf(conflictName(stored, 1)) === extensionOf(stored) || extensionOf(stored).length > 63,
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
