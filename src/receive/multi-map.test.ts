import { expect, test } from 'vitest'
import { MultiMap } from './multi-map.ts'

const map = new MultiMap([
  ['b', 1],
  ['a', 2],
  ['b', 3],
])

test('get gives the first value of a name, getAll every one in order', () => {
  expect(map.get('b')).toBe(1)
  expect(map.getAll('b')).toEqual([1, 3])
  expect(map.getAll('a')).toEqual([2])
})

test('a name that was not sent has no value', () => {
  expect(map.get('c')).toBeUndefined()
  expect(map.getAll('c')).toEqual([])
  expect(map.has('c')).toBe(false)
  expect(map.has('a')).toBe(true)
  expect(map.get('constructor')).toBeUndefined()
  expect(new MultiMap([['__proto__', 1]]).get('__proto__')).toBe(1)
})

test('iteration is in order of arrival, and each name comes once', () => {
  expect([...map]).toEqual([
    ['b', 1],
    ['a', 2],
    ['b', 3],
  ])
  expect([...map.entries()]).toEqual([...map])
  expect([...map.keys()]).toEqual(['b', 'a'])
  expect(map.values()).toEqual([1, 2, 3])
  expect(map.size).toBe(3)
})

test('changing a returned list does not change the map', () => {
  map.getAll('b').push(4)
  map.values().pop()
  expect(map.getAll('b')).toEqual([1, 3])
  expect(map.size).toBe(3)
})
