import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { listen } from '../../src/adapters/node/fixtures/listen.ts'
import { diskStorage } from '../../src/disk.ts'
import { uploadHandler } from '../../src/handler.ts'
import { MiB, uploadSet } from '../../src/index.ts'
import { attach, nodeHandler } from '../../src/node.ts'
import { uploadAttacks } from '../../src/testing.ts'
import type { AdapterServer } from '../../src/testing.ts'
import { filesIn } from '../cli/client.ts'
import { openFiles } from './open-files.ts'

const TOO_LARGE = 20_000_000

let folder: string
let server: AdapterServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hostile-'))
  const set = uploadSet('files', { storage: diskStorage(folder), maxFileSize: MiB })
  server = await listen(attach(createServer(nodeHandler(uploadHandler(set)))))
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

describe('an upload handler under attack', () => {
  const names = uploadAttacks({ url: 'http://127.0.0.1/', tooLarge: TOO_LARGE }).map(({ name }) => name)
  test.each(names)('%s', async (name) => {
    const leftovers = async (): Promise<string[]> => [
      ...filesIn(folder),
      ...(await openFiles(process.pid)).filter((path) => path.startsWith(folder)),
    ]
    // By default one client, which all of them are here, has 1,000 slots: so the good one has a slot, too.
    const attacks = uploadAttacks({ url: server.origin, tooLarge: TOO_LARGE, crowd: 990, leftovers })
    await attacks.find((attack) => attack.name === name)?.run()
  })
})
