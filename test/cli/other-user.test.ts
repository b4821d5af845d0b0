import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execPath, getuid } from 'node:process'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { processOwner } from '../../src/file/process-owner.ts'
import { request, storedIn } from './client.ts'
import { temporaryFolder } from './decant-process.ts'
import { isOpenToOthers } from './open-to-others.ts'

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
const NOBODY = 65534

// Only root can start a process of another user.
test.skipIf(getuid?.() !== 0 || !isOpenToOthers(CLI))(
  'the leftovers of a killed run of root do not keep the server of another user from starting, which settles the rest',
  async () => {
    using folder = temporaryFolder()
    const drafts = join(folder.path, '.decant', 'drafts')
    const [, startTime, ...rest] = processOwner().split('.')
    const dead = [process.pid, Number(startTime) - 1, ...rest].join('.')
    mkdirSync(join(drafts, `${dead}.0000000000000000`), { recursive: true, mode: 0o700 })
    mkdirSync(join(drafts, `${dead}.1111111111111111`))
    writeFileSync(join(drafts, `${dead}.1111111111111111`, 'a'.repeat(32)), 'draft')
    for (const path of ['', '.decant', '.decant/drafts', `.decant/drafts/${dead}.1111111111111111`])
      chownSync(join(folder.path, path), NOBODY, NOBODY)
    chmodSync(join(drafts, `${dead}.0000000000000000`), 0o700)

    const server = spawn(execPath, ['-C', 'source', CLI, 'serve', folder.path, '--port=0', '--json'], {
      uid: NOBODY,
      gid: NOBODY,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const exited = once(server, 'exit')
    let warnings = ''
    server.stderr.on('data', (chunk: Buffer) => (warnings += chunk.toString()))
    const [line]: unknown[] = await once(createInterface({ input: server.stdout }), 'line')
    const { url }: { url: string } = JSON.parse(String(line))
    const put = request(Number(new URL(url).port), '/uploads/a.txt', { method: 'PUT', body: Buffer.from('a') })
    expect((await put).status).toBe(201)
    expect(storedIn(folder.path)).toEqual(['a.txt'])
    server.kill('SIGTERM')
    await exited
    expect(warnings).toContain('some leftovers of former runs are not removed')
    // It leaves no folder of its own, and the one that it could not take.
    expect(readdirSync(drafts)).toEqual([`${dead}.0000000000000000`, 'expiring'])
  },
)

// Only root can start a process of another user.
test.skipIf(getuid?.() !== 0 || !isOpenToOthers(CLI))(
  'a private folder that a run of root has made is refused at the start of another user, with the command that mends it',
  async () => {
    using folder = temporaryFolder()
    chownSync(folder.path, NOBODY, NOBODY)
    mkdirSync(join(folder.path, '.decant'), { mode: 0o700 })
    const server = spawn(execPath, ['-C', 'source', CLI, 'serve', folder.path, '--port=0'], {
      uid: NOBODY,
      gid: NOBODY,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const [stderr, [code]] = await Promise.all([text(server.stderr), once(server, 'exit')])
    const path = join(folder.path, '.decant')
    expect(stderr).toBe(
      `decant: ${folder.path} cannot be the upload folder: ${path} belongs to root, and this process runs as the user ` +
        `${NOBODY}. As root, run "chown -R ${NOBODY} ${path}" if you trust what is in it. Otherwise remove it.\n`,
    )
    expect(code).toBe(2)
    expect(readdirSync(folder.path)).toEqual(['.decant'])
  },
)
