import { describe, expect, test } from 'vitest'
import { parseLimit, parseNumber, parseSize, parseSwitch, parseTime } from './parse-value.ts'

describe('a size', () => {
  test.each([
    ['0', 0],
    ['500000', 500_000],
    ['7B', 7],
    ['512KB', 512_000],
    ['8MiB', 8 * 1024 ** 2],
    ['8 mib', 8 * 1024 ** 2],
    ['1GB', 1e9],
    ['1.5GiB', 1.5 * 1024 ** 3],
    ['2TiB', 2 * 1024 ** 4],
    ['0.3KiB', 307],
  ])('%s is %i bytes', (text, size) => {
    expect(parseSize(text)).toBe(size)
  })

  test.each([
    '',
    '8M',
    '8 M iB',
    '-1',
    '+1',
    '1e3',
    '1,5GB',
    '.5GB',
    'GB',
    '8MiBs',
    '8PB',
    '9007TB9',
    '100000TB',
    '0x10',
  ])('is not %j', (text) => {
    expect(() => parseSize(text)).toThrow(TypeError)
  })
})

test('a limit is a size that lets something in', () => {
  expect(parseLimit('1B')).toBe(1)
  expect(() => parseLimit('0')).toThrow(TypeError)
  expect(() => parseLimit('0.3')).toThrow(TypeError)
})

describe('a time', () => {
  test.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['2m', 120_000],
    ['1.5h', 5_400_000],
    ['0s', 0],
  ])('%s is %i ms', (text, time) => {
    expect(parseTime(text)).toBe(time)
  })

  test.each(['', '30', '30 seconds', '-1s', '1d', '597h', 'Infinity'])('is not %j', (text) => {
    expect(() => parseTime(text)).toThrow(TypeError)
  })
})

test('a number is whole and within its limits', () => {
  expect(parseNumber('0', 0, 65_535)).toBe(0)
  expect(parseNumber('65535', 0, 65_535)).toBe(65_535)
  for (const text of ['', '65536', '-1', '1.0', '1e3', ' 1', '0x1']) {
    expect(() => parseNumber(text, 0, 65_535), text).toThrow(TypeError)
  }
})

test('a switch is on or off', () => {
  expect(['true', '1', 'false', '0'].map(parseSwitch)).toEqual([true, true, false, false])
  expect(() => parseSwitch('yes')).toThrow(TypeError)
})
