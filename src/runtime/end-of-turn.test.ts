import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { endOfTurn } from './end-of-turn.ts'

test('all calls of one turn resolve together, after everything else of that turn', async () => {
  const order: string[] = []
  const first = endOfTurn().then(() => order.push('first'))
  process.nextTick(() => order.push('tick'))
  await Promise.resolve().then(() => order.push('promise'))
  const second = endOfTurn().then(() => order.push('second'))
  await Promise.all([first, second, setImmediate().then(() => order.push('turn'))])
  expect(order).toEqual(['promise', 'tick', 'first', 'second', 'turn'])
})

test('a call that is made while others go on resolves in the next turn', async () => {
  const order: string[] = []
  async function askTwice(): Promise<void> {
    await endOfTurn()
    await endOfTurn()
    order.push('next')
  }
  const asked = askTwice()
  await setImmediate()
  order.push('this')
  await asked
  expect(order).toEqual(['this', 'next'])
})

test('a Worker that is like Node does not wait: there a callback ends with its request', async () => {
  onTestFinished(() => {
    vi.unstubAllGlobals()
    vi.resetModules()
  })
  vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
  vi.resetModules()
  const inWorker = await import('./end-of-turn.ts')
  const order: string[] = []
  await Promise.all([
    setImmediate().then(() => order.push('turn')),
    inWorker.endOfTurn().then(() => order.push('request')),
  ])
  expect(order).toEqual(['request', 'turn'])
})
