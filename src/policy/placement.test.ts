import { describe, expect, test } from 'vitest'
import { toOwnName, toPlace } from './placement.ts'
import type { OwnName, Place } from './placement.ts'
import type { Naming } from './upload-set-options.ts'

/** The name that a set without folders gives a file. */
function ownName(filename: string, naming: Naming): OwnName | undefined {
  const own = toOwnName(filename, { naming, keepsFolders: false })
  return 'fault' in own ? undefined : own
}

function firstKeys({ key, numberedKey }: Place): string[] {
  return numberedKey === undefined ? [key] : [key, numberedKey(1), numberedKey(2)]
}

test.each([
  ['safe', 'Żółw na plaży.JPG', 'Żółw na plaży.JPG'],
  ['unique', 'Żółw na plaży.JPG', 'Żółw na plaży.JPG'],
  ['werkzeug', 'Żółw na plaży.JPG', 'Zow_na_plazy.jpg'],
  ['werkzeug', 'a.tar.GZ', 'a.tar.gz'],
  ['werkzeug', 'NOEXT', 'NOEXT'],
  ['safe', '../../evil.PHP ', 'evil.PHP'],
  ['safe', 'a.php.jpg', 'a_php.jpg'],
] as const)('%s naming makes of %j %j', (naming, filename, name) => {
  expect(ownName(filename, naming)).toEqual({ name })
})

describe('a naming function', () => {
  const firstOf = (filename: string, naming: (filename: string) => string, placement = {}): string | undefined => {
    const own = ownName(filename, naming)
    return own && toPlace(own, placement, naming).key
  }

  test.each([
    ['../../a/Cat.PNG', 'Cat.PNG'],
    ['C:\\x\\.docx', 'file.docx'],
    ['a\u202eb\0c/', 'abc'],
    ['', 'file'],
  ])('gets the last segment of a name, made safe: %j becomes %j', (filename, given) => {
    const seen: string[] = []
    firstOf(filename, (name) => {
      seen.push(name)
      return name
    })
    expect(seen).toEqual([given])
  })

  test('whose result has a folder puts the file there, below the folder of the placement', () => {
    expect(firstOf('Cat.PNG', (name) => `2026/11/${name}`)).toBe('2026/11/Cat.PNG')
    expect(firstOf('Cat.PNG', (name) => `2026/${name}`, { folder: 'u/1' })).toBe('u/1/2026/Cat.PNG')
    expect(firstOf('Cat.PNG', (name) => `2026/${name}`, { name: 'dog.' })).toBe('dog.png')
  })

  test('can return an unsafe name, which is made safe', () => {
    expect(firstOf('a.txt', () => 'x\0.PNG')).toBe('x.PNG')
    expect(ownName('a.txt', () => 'evil.php. ')).toEqual({ name: 'evil.php' })
    expect(firstOf('日本', (name) => name.replaceAll(/[^ -~]/g, ''))).toBe('file')
    expect(firstOf(`${'x'.repeat(300)}.txt`, (name) => `2026-11-30 ${name}`)).toHaveLength(255)
    expect(firstOf('....txt', (name) => name.slice(4))).toBe('file.txt')
  })

  test.each([
    '../x.png',
    '/x.png',
    'a//x.png',
    'a/../x.png',
    '.a/x.png',
    'CON/x.png',
    'a /x.png',
    'a\\x.png',
    'a\0/x.png',
  ])('that returns %j gets a TypeError, since its folder is not safe', (result) => {
    expect(() => firstOf('a.txt', () => result)).toThrow(TypeError)
  })

  test('that does not return text gets a TypeError', () => {
    const broken: (filename: string) => string = JSON.parse
    expect(() => firstOf('1', broken)).toThrow(
      new TypeError('A naming function must return a name, or a folder, "/" and a name; got 1.'),
    )
  })
})

test("Werkzeug's naming may leave no character of a name", () => {
  expect(ownName('日本', 'werkzeug')).toBeUndefined()
  expect(ownName('...', 'werkzeug')).toBeUndefined()
  expect(ownName('日本', 'safe')).toEqual({ name: '日本' })
})

test.each([
  [{}, ['cat.jpg', 'cat_1.jpg', 'cat_2.jpg']],
  [{ folder: 'u/1' }, ['u/1/cat.jpg', 'u/1/cat_1.jpg', 'u/1/cat_2.jpg']],
  [{ name: 'dog.jpg' }, ['dog.jpg', 'dog_1.jpg', 'dog_2.jpg']],
  [{ name: 'dog.' }, ['dog.jpg', 'dog_1.jpg', 'dog_2.jpg']],
  [{ name: 'v1.2.' }, ['v1.2.jpg', 'v1.2_1.jpg', 'v1.2_2.jpg']],
  [{ name: 'dog' }, ['dog', 'dog_1', 'dog_2']],
  [{ name: '' }, ['cat.jpg', 'cat_1.jpg', 'cat_2.jpg']],
  [{ name: 'u/p.' }, ['u/p.jpg', 'u/p_1.jpg', 'u/p_2.jpg']],
  [{ name: 'u/v/p.' }, ['u/v/p.jpg', 'u/v/p_1.jpg', 'u/v/p_2.jpg']],
  // If a folder is given, only the last segment of the name counts.
  [{ name: '../p.', folder: 'u' }, ['u/p.jpg', 'u/p_1.jpg', 'u/p_2.jpg']],
  [{ name: 'x.php.' }, ['x_php.jpg', 'x_php_1.jpg', 'x_php_2.jpg']],
  [{ key: 'a/b.jpg' }, ['a/b.jpg']],
])('%j is placed at %j', (placement, keys) => {
  expect(firstKeys(toPlace({ name: 'cat.jpg' }, placement, 'safe'))).toEqual(keys)
})

test('a trailing dot stands for the extension of the client in lower case, as with Flask-Uploads', () => {
  expect(firstKeys(toPlace({ name: 'Cat.JPG' }, { name: 'dog.' }, 'safe'))[0]).toBe('dog.jpg')
})

test('the last segment of the key is the name that counts', () => {
  expect(toPlace({ name: 'cat.jpg' }, { name: 'u/evil.php' }, 'safe').name).toBe('evil.php')
  expect(toPlace({ name: 'cat.jpg' }, { name: 'v1.2.' }, 'safe').name).toBe('v1.2.jpg')
  expect(toPlace({ name: 'cat.jpg' }, { name: 'evil.php.' }, 'safe').name).toBe('evil_php.jpg')
  expect(toPlace({ name: 'cat.jpg' }, { key: 'a/b.png' }, 'safe').name).toBe('b.png')
  expect(toPlace({ name: 'cat.jpg' }, {}, 'unique').name).toBe('cat.jpg')
})

test('unique keys have a folder of 128 random bits, and no numbered key', () => {
  const one = firstKeys(toPlace({ name: 'cat.jpg' }, {}, 'unique'))
  const two = firstKeys(toPlace({ name: 'cat.jpg' }, { folder: 'u', name: 'dog.' }, 'unique'))
  expect(one).toEqual([expect.stringMatching(/^[0-9a-f]{32}\/cat\.jpg$/)])
  expect(two).toEqual([expect.stringMatching(/^u\/[0-9a-f]{32}\/dog\.jpg$/)])
  expect(one[0]?.slice(0, 32)).not.toBe(two[0]?.slice(2, 34))
})

test.each(['..', '../x', '/etc', 'a//b', 'a/', '.hidden', 'a\\b', 'CON', 'a\0', ''])(
  'the folder %j is a TypeError, at once',
  (folder) => {
    expect(() => toPlace({ name: 'cat.jpg' }, { folder }, 'safe')).toThrow(TypeError)
    expect(() => toPlace({ name: 'cat.jpg' }, { folder }, 'unique')).toThrow(TypeError)
  },
)

test.each(['../p.', '../../e.', '/e.', 'a//p.'])('the folder in the name %j is a TypeError too', (name) => {
  expect(() => toPlace({ name: 'cat.jpg' }, { name }, 'safe')).toThrow(TypeError)
})

test.each([
  ['a b /c.jpg', 'a b/c.jpg'],
  ['a/CON.jpg', 'a/_CON.jpg'],
  ['.a.jpg', 'a.jpg'],
  ['a/../b.jpg', 'a/file/b.jpg'],
  ['x.ＪＰＧ', 'x.___'],
])('the key %j is refused, and %j suggested', (key, suggestion) => {
  expect(() => toPlace({ name: 'cat.jpg' }, { key }, 'safe')).toThrow(
    expect.objectContaining({ code: 'invalid-key', details: expect.objectContaining({ key, suggestion }) }),
  )
})

test.each([
  ['invoice\u202efdp.exe', 'it holds the invisible character U+202E', 'invoicefdp.exe'],
  ['a/b\u200d.txt', 'it holds the invisible character U+200D', 'a/b.txt'],
  ['a.ب\u200cپ', 'it holds the invisible character U+200C', 'a.بپ'],
  ['\u{e0061}a.txt', 'it holds the invisible character U+E0061', 'a.txt'],
  ['a\ud800.txt', 'it holds the invisible character U+D800', 'a.txt'],
  ['a:b.txt', 'it holds a character that not every system can store, U+003A', 'a_b.txt'],
  ['5∕6.txt', 'it holds a character that not every system can store, U+2215', '5_6.txt'],
  ['x'.repeat(300), 'it is longer than 255 bytes', 'x'.repeat(255)],
  ['NUL', 'not every system could store it safely', '_NUL'],
])('the key %j is refused with the reason: %s', (key, reason, suggestion) => {
  expect(() => toPlace({ name: 'cat.jpg' }, { key }, 'safe')).toThrow(
    expect.objectContaining({ code: 'invalid-key', details: { key, reason, suggestion } }),
  )
})

test('a key that is too long for a storage is refused', () => {
  const key = Array.from({ length: 6 }, () => 'x'.repeat(200)).join('/')
  expect(() => toPlace({ name: 'cat.jpg' }, { key }, 'safe')).toThrow(expect.objectContaining({ code: 'invalid-key' }))
})
