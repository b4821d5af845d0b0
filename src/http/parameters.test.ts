import { expect, test } from 'vitest'
import { toParameters } from './parameters.ts'

function entries(text: string): Record<string, string> | undefined {
  const parameters = toParameters(text)
  return parameters === undefined ? undefined : Object.fromEntries(parameters)
}

test.each([
  ['', {}],
  [' \t', {}],
  ['; a=1', { a: '1' }],
  [' ;a=1 ;\tB=2', { a: '1', b: '2' }],
  ['; a="x; y, \\"z\\" \\\\"; b=""', { a: 'x; y, "z" \\', b: '' }],
  ['; a="naïve"', { a: 'naïve' }],
  [';;a=1; ;', { a: '1' }],
  ['; boundary=----=_Part_1/2:3', { boundary: '----=_Part_1/2:3' }],
])('%j holds %j', (text, expected) => {
  expect(entries(text)).toEqual(expected)
})

test.each([
  'a=1',
  '; a',
  '; a=',
  '; =1',
  '; a =1',
  '; a= 1',
  '; a="x',
  '; a="x"y',
  '; a=x y',
  '; a=x"y"',
  '; a=x,y',
  '; a="x\ny"',
  '; a="\0"',
])('%j is not a valid list of parameters', (text) => {
  expect(toParameters(text)).toBeUndefined()
})

test('spaces around the equals sign are taken only if they are allowed', () => {
  const spaced = '; a =1; b= 2;c\t= "3"'
  expect(Object.fromEntries(toParameters(spaced, 0, { allowsSpace: true }) ?? [])).toEqual({ a: '1', b: '2', c: '3' })
  expect(toParameters('; a 1', 0, { allowsSpace: true })).toBeUndefined()
  expect(toParameters('; a= ', 0, { allowsSpace: true })).toBeUndefined()
})

test('a name that comes twice is refused, in any case, since two readers might choose differently', () => {
  expect(toParameters('; a=1; A=1')).toBeUndefined()
})

test('names of object members are names like others', () => {
  expect(toParameters('; __proto__=1; constructor=2')?.get('__proto__')).toBe('1')
})

test('a long run of spaces, semicolons or backslashes is read in linear time', () => {
  expect(toParameters(`${'; '.repeat(50_000)}a=1`)?.get('a')).toBe('1')
  expect(toParameters(`; a="${'\\\\'.repeat(50_000)}`)).toBeUndefined()
})
