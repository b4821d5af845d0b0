import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NameDiff } from './name-diff.ts'

const names = fc.uniqueArray(fc.integer({ min: 0, max: 60 }).map(String), { maxLength: 40 })

test('added and missing names are found, in whichever order a folder lists its names', () => {
  fc.assert(
    fc.property(names, names, (former, present) => {
      const diff = new NameDiff(former)
      for (const name of present) diff.add(name)
      const { added, missing } = diff.changes()
      expect(new Set(added)).toEqual(new Set(present.filter((name) => !former.includes(name))))
      expect(missing).toEqual(new Set(former.filter((name) => !present.includes(name))))
    }),
  )
})

test('names at their expected places are not compared with all others', () => {
  const diff = new NameDiff(['a', 'b', 'c', 'd'])
  expect(['new', 'a', 'c', 'd'].map((name) => diff.add(name))).toEqual([false, true, true, true])
  expect(diff.changes()).toEqual({ added: ['new'], missing: new Set(['b']) })
})
