import { describe, test } from 'vitest'
import { adapterContract } from '../../testing/adapter-contract.ts'
import { nestDecant } from './nest-decant.ts'
import { listen, PLATFORMS } from './fixtures/platforms.ts'

describe.each(PLATFORMS)('Nest on %s', (_, create) => {
  const cases = adapterContract(async (handler) => {
    const app = await create({})
    nestDecant(app, { '/': handler })
    return { origin: await listen(app), close: () => app.close() }
  })
  for (const { name, run } of cases) test(name, run)
})
