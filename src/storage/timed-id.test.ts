import { describe, expect, test } from 'vitest'
import { newTimedId, parseTimedKey, timedFolder } from './timed-id.ts'

const NOON = Date.UTC(2026, 10, 30, 12)

describe('a timed id', () => {
  test('has 32 hexadecimal digits, of which 80 bits are random', () => {
    const ids = Array.from({ length: 200 }, () => newTimedId(NOON))
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/)
    expect(new Set(ids.map((id) => id.slice(0, 12))).size).toBe(1)
    expect(new Set(ids).size).toBe(ids.length)
    // Each of the 80 bits is set in some id and unset in another.
    const bits = ids.map((id) => BigInt(`0x${id.slice(12)}`))
    expect(bits.reduce((all, each) => all | each)).toBe(2n ** 80n - 1n)
    expect(bits.reduce((all, each) => all & each)).toBe(0n)
  })

  test('comes before all ids of an earlier time, in code-unit order, with the mark and without it', () => {
    const times = [0, 1, NOON - 1, NOON, NOON + 1, NOON + 3_600_000, 2 ** 48 - 1]
    const folders = times.map((time, index) => timedFolder(newTimedId(time), index % 2 === 0))
    expect(folders.toSorted()).toEqual(folders.toReversed())
  })

  test('tells the time at which it was made, if it is not told another one', () => {
    const before = Date.now()
    const time = parseTimedKey(`${newTimedId()}/a`)?.storedAt.getTime() ?? 0
    expect(time).toBeGreaterThanOrEqual(before)
    expect(time).toBeLessThanOrEqual(Date.now())
  })
})

describe('a key with a timed id', () => {
  test('tells the time of the file, and whether it has a record', () => {
    const id = newTimedId(NOON)
    for (const folders of ['', 'ann/', 'ann/trip/day-1/']) {
      for (const hasRecord of [false, true]) {
        const key = `${folders}${timedFolder(id, hasRecord)}/a b.txt`
        expect(parseTimedKey(key)).toEqual({ storedAt: new Date(NOON), hasRecord })
      }
    }
  })

  test('is told by the folder of the file alone', () => {
    const [outer, inner] = [newTimedId(NOON), newTimedId(NOON - 1)]
    expect(parseTimedKey(`${outer}/${inner}-r/a`)).toEqual({ storedAt: new Date(NOON - 1), hasRecord: true })
    expect(parseTimedKey(`${outer}/folder/a`)).toBeUndefined()
  })

  test('is not mixed up with another key', () => {
    const id = newTimedId(NOON)
    const others = [
      id,
      `${id}/`,
      `/${id}`,
      `a${id}/b`,
      `${id}0/b`,
      `${id.slice(1)}/b`,
      `${id}-x/b`,
      `${id}-r-r/b`,
      `${id.toUpperCase()}/b`,
      `${id.slice(0, 31)}g/b`,
      '',
      'a/b',
    ]
    expect(others.filter((key) => parseTimedKey(key) !== undefined)).toEqual([])
  })

  test('has no time after tomorrow, as a folder of random digits would have', () => {
    expect(parseTimedKey(`${newTimedId(Date.now() + 3_600_000)}/a`)).toBeDefined()
    expect(parseTimedKey(`${newTimedId(Date.now() + 2 * 86_400_000)}/a`)).toBeUndefined()
    expect(parseTimedKey(`${'0'.repeat(32)}/a`)).toBeUndefined()
  })
})
