import { expect, test } from 'vitest'
import { SharedSlots } from './shared-slots.ts'
import { SlotPool } from './slot-pool.ts'
import type { SlotLimits } from './slot-pool.ts'

/** Gives back a slot, if it is one. */
function giveBack(slot: unknown): void {
  if (typeof slot === 'function') slot()
}

/** Two workers of one server, and how many messages they have sent. */
function workersOf(limits: SlotLimits) {
  const pool = new SlotPool<SharedSlots>(limits)
  let sent = 0
  const start = (): SharedSlots => {
    const slots: SharedSlots = new SharedSlots(limits, 2, (message) => {
      sent++
      if (message.kind === 'take-slot') {
        queueMicrotask(() => slots.answer(message.id, pool.take(slots, message.client)))
      } else if (message.kind === 'free-slot') {
        pool.free(slots, message.client)
      }
    })
    return slots
  }
  return { one: start(), other: start(), sent: () => sent }
}

test('two workers together take as many as there are, and what the one gives back the other may take', async () => {
  const { one, other } = workersOf({ maxUploads: 2, maxUploadsPerClient: 2 })
  const first = await one.take('192.0.2.1')
  expect(await other.take('192.0.2.1')).toBeTypeOf('function')
  expect([await one.take('192.0.2.2'), await other.take('192.0.2.2')]).toEqual([undefined, undefined])
  giveBack(first)
  expect(await other.take('192.0.2.2')).toBeTypeOf('function')
})

test('a worker keeps a few of many slots for its next uploads, and does not ask for these again', async () => {
  const { one, other, sent } = workersOf({ maxUploads: 2000, maxUploadsPerClient: undefined })
  for (let turn = 0; turn < 100; turn++) giveBack(await one.take('192.0.2.1'))
  expect(sent()).toBe(1)
  // A worker keeps at most a fiftieth for itself.
  const take = (slots: SharedSlots) => Promise.all(Array.from({ length: 2000 }, (_, index) => slots.take(`${index}`)))
  for (const slot of await take(one)) giveBack(slot)
  expect((await take(other)).filter((slot) => slot !== undefined).length).toBeGreaterThanOrEqual(1960)
})

test('by default one client has half of the slots, give or take those that workers keep', async () => {
  const { one, other } = workersOf({ maxUploads: 2000, maxUploadsPerClient: undefined })
  for (let turn = 0; turn < 100; turn++) giveBack(await one.take('192.0.2.1'))
  const taken = await Promise.all(
    Array.from({ length: 2000 }, (_, index) => (index % 2 === 0 ? one : other).take('192.0.2.2')),
  )
  const count = taken.filter((slot) => typeof slot === 'function').length
  expect(count).toBeGreaterThanOrEqual(1000)
  expect(count).toBeLessThanOrEqual(1040)
  expect(taken.at(-1)).toBe('client')
  // All of them are given back to the clients for which they count.
  for (const slot of taken) giveBack(slot)
  const again = await Promise.all(Array.from({ length: 900 }, () => other.take('192.0.2.2')))
  expect(again.filter((slot) => typeof slot === 'function')).toHaveLength(900)
})

test('if the limit of a client was given, no slot is kept: it would count for another client', async () => {
  const { one, other } = workersOf({ maxUploads: 2000, maxUploadsPerClient: 1 })
  const first = await one.take('192.0.2.1')
  expect(await other.take('192.0.2.1')).toBe('client')
  giveBack(first)
  const again = await other.take('192.0.2.1')
  expect(again).toBeTypeOf('function')
  expect(await one.take('192.0.2.2')).toBeTypeOf('function')
})
