import type { RawClient } from '../adapter-contract/raw-client.ts'
import type { Attacks, AttackStage } from './attack-stage.ts'

/** Many clients at once. */
export const CROWD_ATTACKS: Attacks = {
  'serves others beside a crowd of uploads that come to no end': async (stage) => {
    await gather(stage)
    await stage.uploadsWell()
  },

  'leaves nothing of a crowd that goes away': async (stage) => {
    await stage.leavesNothing(async () => {
      for (const client of await gather(stage)) client.reset()
    })
  },

  'takes many uploads at once': async (stage) => {
    await Promise.all(Array.from({ length: 20 }, () => stage.uploadsWell()))
  },
}

/** Clients in the middle of a file each. */
async function gather(stage: AttackStage): Promise<RawClient[]> {
  const form = stage.goodForm('x'.repeat(2000))
  const half = stage.formHead('Content-Length: 500000') + form.slice(0, -stage.end.length)
  const clients: RawClient[] = []
  for (let count = 0; count < stage.crowd; count += 1) {
    const client = await stage.connect()
    await client.send(half)
    clients.push(client)
  }
  return clients
}
