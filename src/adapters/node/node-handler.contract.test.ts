import { createServer } from 'node:http'
import { describe, test } from 'vitest'
import { adapterContract } from '../../testing/adapter-contract.ts'
import { attach } from './attach.ts'
import { listen } from './fixtures/listen.ts'
import { nodeHandler } from './node-handler.ts'

describe('an attached server of node:http', () => {
  const start = adapterContract((handler) => listen(attach(createServer(nodeHandler(handler)))))
  for (const { name, run } of start) test(name, run)
})

describe('a plain server of node:http', () => {
  const cases = adapterContract((handler) => listen(createServer(nodeHandler(handler))), { delayedContinue: false })
  for (const { name, run } of cases) test(name, run)
})
