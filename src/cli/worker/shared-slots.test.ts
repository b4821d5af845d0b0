import { expect, test } from 'vitest'
import { SharedSlots } from './shared-slots.ts'
import { SlotPool } from './slot-pool.ts'
import type { SlotLimits } from './slot-pool.ts'

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
  const { one, other } = workersOf({ maxUploads: 2, maxUploadsPerClient: undefined })
  const first = await one.take('192.0.2.1')
  expect(await other.take('192.0.2.1')).toBeTypeOf('function')
  expect([await one.take('192.0.2.2'), await other.take('192.0.2.2')]).toEqual([undefined, undefined])
  first?.()
  expect(await other.take('192.0.2.2')).toBeTypeOf('function')
})

test('a worker keeps a few of many for its next uploads, and asks for none of these', async () => {
  const { one, other, sent } = workersOf({ maxUploads: 2000, maxUploadsPerClient: undefined })
  for (let turn = 0; turn < 100; turn++) (await one.take('192.0.2.1'))?.()
  expect(sent()).toBe(1)
  // What it keeps for itself is a fiftieth at most.
  const running = await Promise.all(Array.from({ length: 2000 }, () => one.take('192.0.2.1')))
  for (const giveBack of running) giveBack?.()
  const taken = await Promise.all(Array.from({ length: 2000 }, () => other.take('192.0.2.1')))
  expect(taken.filter((giveBack) => giveBack !== undefined).length).toBeGreaterThanOrEqual(1960)
})

test('where clients are counted, none is kept: it would count for the client before', async () => {
  const { one, other } = workersOf({ maxUploads: 2000, maxUploadsPerClient: 1 })
  const first = await one.take('192.0.2.1')
  expect(await other.take('192.0.2.1')).toBeUndefined()
  first?.()
  const again = await other.take('192.0.2.1')
  expect(again).toBeTypeOf('function')
  expect(await one.take('192.0.2.2')).toBeTypeOf('function')
})
