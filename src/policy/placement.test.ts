import { expect, test } from 'vitest'
import { toName, toPlace } from './placement.ts'

function firstKeys(keyOf: (attempt: number) => string | undefined): string[] {
  return [0, 1, 2].map(keyOf).filter((key) => key !== undefined)
}

test.each([
  ['safe', 'Żółw na plaży.JPG', 'Żółw na plaży.jpg'],
  ['unique', 'Żółw na plaży.JPG', 'Żółw na plaży.jpg'],
  ['werkzeug', 'Żółw na plaży.JPG', 'Zow_na_plazy.jpg'],
  ['werkzeug', 'a.tar.GZ', 'a.tar.gz'],
  ['werkzeug', 'NOEXT', 'NOEXT'],
  ['safe', '../../evil.PHP ', 'evil.php'],
  ['safe', 'a.php.jpg', 'a_php.jpg'],
] as const)('%s naming makes of %j %j', (naming, filename, name) => {
  expect(toName(filename, naming)).toBe(name)
})

test('a naming function is given the name as the client gave it, and its result is made safe', () => {
  expect(toName('../Cat.PNG', (filename) => `${filename.length}/../x\0.PNG`)).toBe('x.png')
})

test("nothing may be left of a name by Werkzeug's naming", () => {
  expect(toName('日本', 'werkzeug')).toBeUndefined()
  expect(toName('...', 'werkzeug')).toBeUndefined()
  expect(toName('日本', 'safe')).toBe('日本')
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
  // Where the folder is given, the name is one, and nothing of it leads elsewhere.
  [{ name: '../p.', folder: 'u' }, ['u/p.jpg', 'u/p_1.jpg', 'u/p_2.jpg']],
  [{ name: 'x.php.' }, ['x_php.jpg', 'x_php_1.jpg', 'x_php_2.jpg']],
  [{ key: 'a/b.jpg' }, ['a/b.jpg']],
])('%j is placed at %j', (placement, keys) => {
  expect(firstKeys(toPlace('cat.jpg', placement, 'safe').keyOf)).toEqual(keys)
})

test('the name that decides is the one that the key will end in', () => {
  expect(toPlace('cat.jpg', { name: 'u/evil.php' }, 'safe').name).toBe('evil.php')
  expect(toPlace('cat.jpg', { name: 'v1.2.' }, 'safe').name).toBe('v1.2.jpg')
  expect(toPlace('cat.jpg', { name: 'evil.php.' }, 'safe').name).toBe('evil_php.jpg')
  expect(toPlace('cat.jpg', { key: 'a/b.png' }, 'safe').name).toBe('b.png')
  expect(toPlace('cat.jpg', {}, 'unique').name).toBe('cat.jpg')
})

test('unique keys have a folder of 128 random bits, and no second choice', () => {
  const one = firstKeys(toPlace('cat.jpg', {}, 'unique').keyOf)
  const two = firstKeys(toPlace('cat.jpg', { folder: 'u', name: 'dog.' }, 'unique').keyOf)
  expect(one).toEqual([expect.stringMatching(/^[0-9a-f]{32}\/cat\.jpg$/)])
  expect(two).toEqual([expect.stringMatching(/^u\/[0-9a-f]{32}\/dog\.jpg$/)])
  expect(one[0]?.slice(0, 32)).not.toBe(two[0]?.slice(2, 34))
})

test.each(['..', '../x', '/etc', 'a//b', 'a/', '.hidden', 'a\\b', 'CON', 'a\0', ''])(
  'the folder %j is a TypeError, at once',
  (folder) => {
    expect(() => toPlace('cat.jpg', { folder }, 'safe')).toThrow(TypeError)
    expect(() => toPlace('cat.jpg', { folder }, 'unique')).toThrow(TypeError)
  },
)

test.each(['../p.', '../../e.', '/e.', 'a//p.'])('the folder in the name %j is a TypeError too', (name) => {
  expect(() => toPlace('cat.jpg', { name }, 'safe')).toThrow(TypeError)
})

test.each([
  ['a b /c.jpg', 'a b/c.jpg'],
  ['a/CON.jpg', 'a/_CON.jpg'],
  ['.a.jpg', 'a.jpg'],
  ['a/../b.jpg', 'a/file/b.jpg'],
  ['x.JPG', 'x.jpg'],
])('the key %j is refused, and %j suggested', (key, suggestion) => {
  expect(() => toPlace('cat.jpg', { key }, 'safe')).toThrow(
    expect.objectContaining({ code: 'invalid-key', details: expect.objectContaining({ key, suggestion }) }),
  )
})

test('a key that is longer than a storage takes is refused', () => {
  const key = Array.from({ length: 6 }, () => 'x'.repeat(200)).join('/')
  expect(() => toPlace('cat.jpg', { key }, 'safe')).toThrow(expect.objectContaining({ code: 'invalid-key' }))
})
