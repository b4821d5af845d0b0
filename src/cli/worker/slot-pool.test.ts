import { expect, test } from 'vitest'
import { SlotPool } from './slot-pool.ts'

test('gives as many slots as uploads may be received at once, whichever worker asks', () => {
  const pool = new SlotPool<string>({ maxUploads: 2, maxUploadsPerClient: undefined })
  expect([pool.take('one', undefined), pool.take('other', undefined), pool.take('one', undefined)]).toEqual([
    'granted',
    'granted',
    'full',
  ])
  pool.free('other', undefined)
  expect([pool.take('one', undefined), pool.take('other', undefined)]).toEqual(['granted', 'full'])
})

test('counts a client in all workers, and does not count one whose address is not known', () => {
  const pool = new SlotPool<string>({ maxUploads: 10, maxUploadsPerClient: 2 })
  const taken = ['one', 'other', 'one', 'other'].map((worker) => pool.take(worker, '192.0.2.1'))
  expect(taken).toEqual(['granted', 'granted', 'client', 'client'])
  expect(pool.take('one', '192.0.2.2')).toBe('granted')
  expect([1, 2, 3].map(() => pool.take('one', undefined))).toEqual(['granted', 'granted', 'granted'])
  pool.free('other', '192.0.2.1')
  expect([pool.take('one', '192.0.2.1'), pool.take('one', '192.0.2.1')]).toEqual(['granted', 'client'])
})

test('takes back what a worker had that has ended, and nothing of the others', () => {
  const pool = new SlotPool<string>({ maxUploads: 3, maxUploadsPerClient: 2 })
  pool.take('ended', '192.0.2.1')
  pool.take('ended', undefined)
  pool.take('living', '192.0.2.1')
  pool.forget('ended')
  expect([1, 2].map(() => pool.take('living', '192.0.2.1'))).toEqual(['granted', 'client'])
  expect([1, 2].map(() => pool.take('living', undefined))).toEqual(['granted', 'full'])
})

test('gives half of the slots to one client, if no other limit was given', () => {
  const pool = new SlotPool<string>({ maxUploads: 5, maxUploadsPerClient: undefined })
  const take = (client: string) => [1, 2, 3, 4].map(() => pool.take('one', client))
  expect(take('192.0.2.1')).toEqual(['granted', 'granted', 'granted', 'client'])
  expect(take('192.0.2.2')).toEqual(['granted', 'granted', 'full', 'full'])
})
