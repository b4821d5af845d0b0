import { describe, expect, test } from 'vitest'
import { joinFieldName, parseFieldName } from './field-name.ts'

describe('the name of a control', () => {
  test.each([
    ['title', ['title']],
    ['tags[]', ['tags', undefined]],
    ['tags[0]', ['tags', 0]],
    ['items[0].name', ['items', 0, 'name']],
    ['items[0][name]', ['items', 0, 'name']],
    ['address.street', ['address', 'street']],
    ['address[street]', ['address', 'street']],
    ['a[b].c[1][]', ['a', 'b', 'c', 1, undefined]],
    ['0', ['0']],
    ['tags[999999]', ['tags', 999_999]],
    ['__proto__.constructor', ['__proto__', 'constructor']],
  ])('%s is read step by step', (name, steps) => {
    expect(parseFieldName(name)).toEqual(steps)
  })

  test.each(['', '.', 'a.', '.a', 'a..b', '[0]', 'a[', 'a]', 'a[0', 'a[[0]]', 'a[0]b', 'a[b.c]', 'a.[b]'])(
    '%j has no steps',
    (name) => {
      expect(parseFieldName(name)).toBeUndefined()
    },
  )

  test.each(['tags[1000000]', 'tags[01]', 'tags[-1]', 'tags[1e3]', 'tags[ 1]', 'tags[9007199254740993]'])(
    '%s has no number in it',
    (name) => {
      const [, step] = parseFieldName(name) ?? []
      expect(step).toBeTypeOf('string')
    },
  )

  test('is read in linear time, also if it is long', () => {
    const steps = 100_000
    expect(parseFieldName(`a${'[0]'.repeat(steps)}`)).toHaveLength(steps + 1)
    expect(parseFieldName(`${'a.'.repeat(steps)}!.`)).toBeUndefined()
  })

  test('is joined from the same steps', () => {
    const name = ['items', 0, 'name'].reduce<string>(joinFieldName, '')
    expect(name).toBe('items[0].name')
    expect(parseFieldName(name)).toEqual(['items', 0, 'name'])
  })
})
