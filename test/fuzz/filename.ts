import { deepEqual, equal, ok } from 'node:assert/strict'
import { posix, win32 } from 'node:path'
import { conflictName, conflictNames } from '../../src/filename/conflict-names.ts'
import { extensionOf, splitExtension } from '../../src/filename/extension.ts'
import { isKey, safeKey } from '../../src/filename/key.ts'
import { secureFilename } from '../../src/filename/secure-filename.ts'
import { isStoredName, storedName } from '../../src/filename/stored-name.ts'
import { hostileNames } from './hostile-name.ts'
import { fuzzTarget } from './target.ts'
import type { Target } from './target.ts'

/** As a careless program or file system may change a name. */
const FORMS: Record<string, (name: string) => string> = {
  'as it is': (name) => name,
  'in NFD': (name) => name.normalize('NFD'),
  'in upper case': (name) => name.toUpperCase(),
  'in lower case': (name) => name.toLowerCase(),
}

/** As a careless reader takes a name. */
const SHADOWS: Record<string, (name: string) => string> = {
  'in NFKC': (name) => name.normalize('NFKC'),
  'in its shadow': (name) =>
    name
      .replaceAll(/\p{DI}/gu, '')
      .normalize('NFKC')
      .toLowerCase(),
}

/** Invisible characters that may shape what is beside them. */
const SHAPERS = /[\u200c\u200d\p{Variation_Selector}\u{e0020}-\u{e007f}]/gu

const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$) *(?:\.|$)/i
const INNER_SCRIPT = /\.(?:php[0-9]*|phtml|phar|pht|aspx?|jspx?|cgi|fcgi|pl|py|rb|sh|cer|shtml|cfm)\./i
const SHORT_NAME = /^[a-z0-9_-]{1,6}~\d+(?:\.[a-z0-9]{1,3})?$/i
const OBEYED = /^(?:web\.config|\.htaccess|\.user\.ini|php\.ini|desktop\.ini|autorun\.inf)$/i

export const filename: Target = fuzzTarget({
  name: 'filename',
  promise: 'is stored under a name that is safe on every system, and so is every name that is tried after it',
  cases: hostileNames,
  examples: [
    '',
    '..',
    'CON',
    'DECANT~1',
    'a~1.txt',
    'NUL .txt',
    '__proto__',
    '\u{1f600}'.repeat(64),
    `${'\u{1f600}'.repeat(63)}.txt`,
  ],
  open: () => ({
    check(name) {
      const stored = storedName(name)
      checkStored(stored)
      equal(storedName(stored), stored, 'it is its own stored name')
      equal(storedName(stored.normalize('NFD')), stored, 'a file system that decomposes names gives it back')
      checkConflicts(name)
      checkSecure(name)
      equal(safeKey(undefined, name), stored)
      ok(isKey(safeKey('a/b c', name)))
    },
  }),
})

function checkStored(stored: string): void {
  ok(stored !== '' && stored.isWellFormed() && stored === stored.normalize('NFC'), 'well-formed and NFC')
  ok(Buffer.byteLength(stored) <= 255, 'at most 255 bytes')
  ok(!/[\p{Cc}\p{Zl}\p{Zp}\p{DI}]/u.test(stored.replaceAll(SHAPERS, '')), 'nothing is hidden in it')
  ok(!/\p{DI}/u.test(splitExtension(stored).suffix), 'nor in its extension')
  ok(!/\.\p{DI}|\p{DI}\.|^\p{DI}/u.test(stored), 'nor beside a dot, nor at its beginning')
  ok(!/^\s|[.\s]$/.test(stored), 'no leading space, no trailing dot or space')
  ok(!/[<>:"|?*;]/.test(stored), 'nothing forbidden')
  for (const [title, change] of Object.entries({ ...FORMS, ...SHADOWS })) {
    const form = change(stored)
    ok(!/[/\\\0]/.test(form), `no slash, ${title}`)
    ok(!/^[.-]/.test(form), `no leading dot or dash, ${title}`)
    ok(!DEVICE.test(form), `no device, ${title}`)
    ok(!SHORT_NAME.test(form), `no short name, ${title}`)
    ok(!OBEYED.test(form), `no server obeys it, ${title}`)
    ok(!INNER_SCRIPT.test(form), `no inner script, ${title}`)
    ok(!/[. ]$/.test(form), `no trailing dot or space, ${title}`)
    // Some letters are several in upper case.
    if (title !== 'in upper case') equal(extensionOf(form), extensionOf(stored), `the same extension, ${title}`)
    equal(posix.join('/uploads', form), `/uploads/${form}`)
    equal(posix.resolve('/uploads', form), `/uploads/${form}`)
    // A full-width colon has become a colon, which is a drive's there.
    if (form.includes(':')) continue
    equal(win32.join('C:\\uploads', form), `C:\\uploads\\${form}`)
    equal(win32.resolve('C:\\uploads', form), `C:\\uploads\\${form}`)
  }
}

function checkConflicts(name: string): void {
  const stored = storedName(name)
  const tried = conflictNames(stored)
  const names = [...Array.from({ length: 4 }, () => tried.next().value ?? ''), conflictName(stored, 10_000_000)]
  equal(names[0], stored)
  for (const each of names) checkStored(each)
  for (const each of names) ok(isStoredName(each), `${JSON.stringify(each)} is a stored name`)
  const folded = new Set(names.map((each) => each.normalize('NFD').toLowerCase()))
  equal(folded.size, names.length, 'they differ only if upper and lower case differ')
  // For a raw name, only this much is promised.
  const raw = [0, 1, 2, 10_000_000].map((attempt) => conflictName(name.toWellFormed(), attempt))
  for (const each of raw) ok(Buffer.byteLength(each) <= 255, 'at most 255 bytes')
  equal(new Set(raw).size, raw.length, 'they differ')
}

/** Werkzeug's function once more, step by step as it is there. */
function checkSecure(name: string): void {
  const ascii = Array.from(name.normalize('NFKD')).filter((character) => character <= '\x7f')
  const words = ascii
    .join('')
    .replaceAll('/', ' ')
    .split(/[\t-\r\x1c-\x20]/)
  const joined = Array.from(words.filter((word) => word !== '').join('_')).filter((character) =>
    /[\w.-]/.test(character),
  )
  while (joined[0] === '.' || joined[0] === '_') joined.shift()
  while (joined.at(-1) === '.' || joined.at(-1) === '_') joined.pop()
  const secure = secureFilename(name)
  deepEqual(secure, joined.join(''))
  equal(secureFilename(secure), secure, 'it is its own result')
}
