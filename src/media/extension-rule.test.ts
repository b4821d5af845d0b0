import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EXECUTABLES, IMAGES } from './extension-groups.ts'
import { ALL, allExcept, allows, combineRules, listExtensions } from './extension-rule.ts'
import type { ExtensionRule } from './extension-rule.ts'

describe('a rule takes', () => {
  test.each<[string, ExtensionRule, string, boolean]>([
    ['the extensions of its list', IMAGES, 'png', true],
    ['nothing else', IMAGES, 'exe', false],
    ['an extension in any case', IMAGES, 'PNG', true],
    ['entries in any case and with a dot', ['.Png'], 'png', true],
    ['no name without an extension, unless it says so', IMAGES, '', false],
    ['a name without an extension if it says so', [...IMAGES, ''], '', true],
    ['nothing by an empty list', [], 'png', false],
    ['everything by ALL', ALL, 'anything', true],
    ['a name without an extension by ALL', ALL, '', true],
    ['all but the exceptions', allExcept(EXECUTABLES), 'png', true],
    ['no exception', allExcept(EXECUTABLES), 'exe', false],
    ['no exception in any case, unlike Flask-Uploads', allExcept(['Exe']), 'EXE', false],
    ['a name without an extension by allExcept', allExcept(EXECUTABLES), '', true],
  ])('%s', (_, rule, extension, taken) => {
    expect(allows(rule, extension)).toBe(taken)
  })

  test.each(['tar.gz', '..png', 'image/png', '*', 'jpg,png', 'a b'])(
    'no entry like %j, which would never match',
    (entry) => {
      expect(() => allows([entry], 'png')).toThrow(TypeError)
      expect(() => allows(allExcept([entry]), 'png')).toThrow(TypeError)
      expect(() => combineRules({ extensions: IMAGES, deny: [entry] })).toThrow(TypeError)
      expect(() => combineRules({ extensions: ALL, deny: allExcept([entry]) })).toThrow(TypeError)
    },
  )
})

describe('extensions, allow and deny together', () => {
  test('deny wins', () => {
    const rule = combineRules({ extensions: IMAGES, allow: ['pdf', 'svg'], deny: ['SVG'] })
    expect(listExtensions(rule)).toEqual(['jpg', 'jpe', 'jpeg', 'png', 'gif', 'bmp', 'webp', 'avif', 'pdf'])
  })

  test("allow wins in Flask-Uploads' order", () => {
    const rule = combineRules({ extensions: IMAGES, allow: ['svg'], deny: ['svg', 'bmp'], winner: 'allow' })
    expect(allows(rule, 'svg')).toBe(true)
    expect(allows(rule, 'bmp')).toBe(false)
  })

  test('only the extensions count if there is nothing else', () => {
    expect(combineRules({ extensions: IMAGES })).toEqual(IMAGES)
    expect(allows(combineRules({ extensions: ALL, deny: ['exe'] }), 'exe')).toBe(false)
    expect(allows(combineRules({ extensions: ALL, deny: ['exe'] }), 'png')).toBe(true)
  })

  test('mean for every extension what the words say', () => {
    const extension = fc.constantFrom('a', 'b', 'c', '')
    const list = fc.array(fc.constantFrom('a', 'B', '.c', ''))
    const rule: fc.Arbitrary<ExtensionRule> = fc.oneof(list, list.map(allExcept))
    fc.assert(
      fc.property(extension, rule, rule, rule, (wanted, extensions, allow, deny) => {
        const [inExtensions, inAllow, inDeny] = [extensions, allow, deny].map((each) => allows(each, wanted))
        const denyWins = (inExtensions || inAllow) && !inDeny
        const allowWins = inAllow || (inExtensions && !inDeny)
        expect(allows(combineRules({ extensions, allow, deny }), wanted)).toBe(denyWins)
        expect(allows(combineRules({ extensions, allow, deny, winner: 'allow' }), wanted)).toBe(allowWins)
      }),
      { numRuns: 1000 },
    )
  })
})

test('a rule is listed once each, in lower case, for messages and accept attributes', () => {
  expect(listExtensions(['PNG', '.png', 'jpg'])).toEqual(['png', 'jpg'])
})

test('a rule that takes all but some cannot be listed', () => {
  expect(listExtensions(ALL)).toBeUndefined()
  expect(listExtensions(allExcept(EXECUTABLES))).toBeUndefined()
})
