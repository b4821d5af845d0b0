import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { uploadAttacks } from '../../src/testing.ts'
import { filesIn } from '../cli/client.ts'
import { openFiles } from './open-files.ts'

const APP = fileURLToPath(new URL('../../examples/flask-pattern/app.ts', import.meta.url))
const TOO_LARGE = 20_000_000

let root: string
let app: ChildProcess
let url: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'hostile-flask-'))
  const child = spawn(process.execPath, [APP], {
    cwd: root,
    env: { ...process.env, PORT: '0', TMPDIR: root },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  app = child
  const [line] = await once(createInterface(child.stdout), 'line')
  url = String(line)
})
afterAll(async () => {
  app.kill()
  await once(app, 'exit')
  await rm(root, { recursive: true })
})

describe('an app that calls receive(), under attack', () => {
  const names = uploadAttacks({ url: 'http://127.0.0.1/', tooLarge: TOO_LARGE }).map(({ name }) => name)
  test.each(names)('%s', async (name) => {
    // Files that are being received have no name: only their descriptors show them.
    const leftovers = async (): Promise<string[]> => [
      ...filesIn(root),
      ...(await openFiles(app.pid)).filter((path) => path.startsWith(root)),
    ]
    const attacks = uploadAttacks({ url, tooLarge: TOO_LARGE, leftovers })
    await attacks.find((attack) => attack.name === name)?.run()
  })
})
