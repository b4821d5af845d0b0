import { expect, test } from 'vitest'
import { KeptContents } from './kept-contents.ts'

const [one, two, three] = [{ size: 40 }, { size: 40 }, { size: 40 }]

test('holds no more than it may: who came first goes first', () => {
  const contents = new KeptContents(100)
  for (const file of [one, two, three]) contents.keep(file, new Uint8Array(file.size))
  expect([one, two, three].map((file) => contents.of(file)?.length)).toEqual([undefined, 40, 40])
})

test('has room again for what was forgotten, and counts nothing twice', () => {
  const contents = new KeptContents(100)
  contents.keep(one, new Uint8Array(40))
  contents.keep(one, new Uint8Array(40))
  contents.keep(two, new Uint8Array(40))
  contents.forget(two)
  contents.forget(two)
  contents.keep(three, new Uint8Array(40))
  expect([one, two, three].map((file) => contents.of(file)?.length)).toEqual([40, undefined, 40])
})
