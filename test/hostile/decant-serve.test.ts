import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { uploadAttacks } from '../../src/testing.ts'
import { filesIn } from '../cli/client.ts'
import { serve, temporaryFolder } from '../cli/decant-process.ts'
import type { DecantProcess } from '../cli/decant-process.ts'
import { workersOf } from '../cli/worker-processes.ts'
import { openFiles } from './open-files.ts'

describe.each([1, 2])('decant serve --workers %i under attack', (count) => {
  const folder = temporaryFolder()
  let decant: DecantProcess
  let workers: readonly number[] = []
  let origin = 'http://127.0.0.1'
  beforeAll(async () => {
    decant = await serve(folder.path, ['--max-file-size', '1MiB', '--workers', String(count)])
    workers = workersOf(decant)
    origin = `http://127.0.0.1:${decant.port}`
  })
  afterAll(async () => {
    await decant[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  const names = uploadAttacks({ url: 'http://127.0.0.1/uploads', tooLarge: 20_000_000 }).map(({ name }) => name)
  test.each(names)('%s', async (name) => {
    const leftovers = async (): Promise<string[]> => {
      const open = await Promise.all([decant.child.pid, ...workers].map(openFiles))
      return [...filesIn(folder.path), ...open.flat()]
    }
    const attacks = uploadAttacks({ url: `${origin}/uploads`, tooLarge: 20_000_000, leftovers })
    await attacks.find((attack) => attack.name === name)?.run()
    expect(decant.child.exitCode).toBeNull()
    // They were not replaced.
    expect(workersOf(decant)).toEqual(workers)
  })
})
