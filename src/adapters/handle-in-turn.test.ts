import { expect, test } from 'vitest'
import { ticks } from '../http/fixtures/ticks.ts'
import { fromFetchRequest } from '../http/fetch-request.ts'
import type { RequestHandler } from '../http/outgoing.ts'
import { handleInTurn } from './handle-in-turn.ts'

function request(method: string, headers: Record<string, string> = {}) {
  const body = Object.keys(headers).length === 0 ? null : 'x'
  return fromFetchRequest(new Request('http://localhost/', { method, body, headers }))
}

test('requests with a small body, or none, are handled together when their turn is over, in order; others at once', async () => {
  const order: string[] = []
  const handler = (name: string): RequestHandler => ({
    handle: async () => {
      order.push(name)
      await Promise.resolve()
      order.push(`${name}, second step`)
      return { status: 204, headers: {} }
    },
  })
  const first = handleInTurn(handler('none'), request('GET'))
  await ticks()
  const second = handleInTurn(handler('65536 bytes'), request('POST', { 'content-length': '65536' }))
  await ticks()
  const larger = handleInTurn(handler('65537 bytes'), request('POST', { 'content-length': '65537' }))
  const unknown = handleInTurn(handler('unknown'), request('POST', { 'transfer-encoding': 'chunked' }))
  await ticks()
  order.push('all have come')
  const answers = await Promise.all([first, second, larger, unknown])
  expect(answers.map((answer) => answer?.status)).toEqual([204, 204, 204, 204])
  expect(order).toEqual([
    '65537 bytes',
    'unknown',
    '65537 bytes, second step',
    'unknown, second step',
    'all have come',
    'none',
    '65536 bytes',
    'none, second step',
    '65536 bytes, second step',
  ])
})

test('an error of the handler reaches the adapter', async () => {
  const failure = new Error('no')
  const handler: RequestHandler = { handle: () => Promise.reject(failure) }
  await expect(handleInTurn(handler, request('GET'))).rejects.toBe(failure)
})
