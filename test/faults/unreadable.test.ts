import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execPath, getuid } from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { request } from '../cli/client.ts'
import { temporaryFolder } from '../cli/decant-process.ts'
import { isOpenToOthers } from '../cli/open-to-others.ts'

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
const NOBODY = 65534

// Only root can start a process of another user.
test.skipIf(getuid?.() !== 0 || !isOpenToOthers(CLI))(
  'a file or folder that the server may not read is missing in lists, answered by 404 and told of once',
  async () => {
    using folder = temporaryFolder()
    chownSync(folder.path, NOBODY, NOBODY)
    writeFileSync(join(folder.path, 'open.txt'), 'open')
    writeFileSync(join(folder.path, 'secret.txt'), 'secret', { mode: 0o600 })
    mkdirSync(join(folder.path, 'lost+found'), { mode: 0o700 })
    writeFileSync(join(folder.path, 'lost+found', 'inner.txt'), 'inner')
    // It tells its names, and nothing about them.
    mkdirSync(join(folder.path, 'names'))
    writeFileSync(join(folder.path, 'names', 'ü.txt'), 'inner')
    chmodSync(join(folder.path, 'names'), 0o744)

    const server = spawn(execPath, ['-C', 'source', CLI, 'serve', folder.path, '--port=0', '--json'], {
      uid: NOBODY,
      gid: NOBODY,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let warnings = ''
    server.stderr.on('data', (chunk: Buffer) => (warnings += chunk.toString()))
    try {
      const [line]: unknown[] = await once(createInterface({ input: server.stdout }), 'line')
      const port = Number(new URL(JSON.parse(String(line)).url).port)
      for (const order of ['newest', 'name']) {
        const { status, text } = await request(port, `/uploads?order=${order}`)
        const keys = JSON.parse(text).files.map(({ key }: { key: string }) => key)
        expect([order, status, keys]).toEqual([order, 200, ['open.txt']])
      }
      expect((await request(port, '/', { headers: { accept: 'text/html' } })).status).toBe(200)
      for (const key of ['secret.txt', 'lost+found/inner.txt', `names/${encodeURIComponent('ü.txt')}`]) {
        expect([key, (await request(port, `/uploads/${key}`)).status]).toEqual([key, 404])
      }
      expect((await request(port, '/uploads/open.txt')).text).toBe('open')
    } finally {
      server.kill('SIGTERM')
      await once(server, 'exit')
    }
    expect(warnings.match(/may not read/g)).toHaveLength(1)
  },
)
