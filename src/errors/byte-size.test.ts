import { expect, test } from 'vitest'
import { formatBytes, GiB, KiB, MiB } from './byte-size.ts'

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [2, '2 bytes'],
  [1023, '1023 bytes'],
  [KiB, '1 KiB'],
  [1536, '1.5 KiB'],
  [512_000, '500 KiB'],
  [MiB - 1, '1 MiB'],
  [MiB, '1 MiB'],
  [1_500_000, '1.43 MiB'],
  [16 * MiB, '16 MiB'],
  [GiB - 1, '1 GiB'],
  [4 * GiB, '4 GiB'],
  [1024 * GiB, '1 TiB'],
  [5000 * 1024 * GiB, '5000 TiB'],
])('%i is %s', (size, text) => {
  expect(formatBytes(size)).toBe(text)
})
