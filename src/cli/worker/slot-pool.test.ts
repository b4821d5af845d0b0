import { expect, test } from 'vitest'
import { SlotPool } from './slot-pool.ts'

test('gives as many slots as uploads may be received at once, whichever worker asks', () => {
  const pool = new SlotPool<string>({ maxUploads: 2, maxUploadsPerClient: undefined })
  expect([pool.take('one', undefined), pool.take('other', undefined), pool.take('one', undefined)]).toEqual([
    true,
    true,
    false,
  ])
  pool.free('other', undefined)
  expect([pool.take('one', undefined), pool.take('other', undefined)]).toEqual([true, false])
})

test('counts a client in all workers, and one whose address nobody knows in none', () => {
  const pool = new SlotPool<string>({ maxUploads: 10, maxUploadsPerClient: 2 })
  const taken = ['one', 'other', 'one', 'other'].map((worker) => pool.take(worker, '192.0.2.1'))
  expect(taken).toEqual([true, true, false, false])
  expect(pool.take('one', '192.0.2.2')).toBe(true)
  expect([1, 2, 3].map(() => pool.take('one', undefined))).toEqual([true, true, true])
  pool.free('other', '192.0.2.1')
  expect([pool.take('one', '192.0.2.1'), pool.take('one', '192.0.2.1')]).toEqual([true, false])
})

test('takes back what a worker had that has ended, and nothing of the others', () => {
  const pool = new SlotPool<string>({ maxUploads: 3, maxUploadsPerClient: 2 })
  pool.take('ended', '192.0.2.1')
  pool.take('ended', undefined)
  pool.take('living', '192.0.2.1')
  pool.forget('ended')
  expect([1, 2].map(() => pool.take('living', '192.0.2.1'))).toEqual([true, false])
  expect([1, 2].map(() => pool.take('living', undefined))).toEqual([true, false])
})
