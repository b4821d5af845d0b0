import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { diskStorage } from '../../src/disk.ts'
import { draftsIn, filesIn, storedIn } from '../cli/client.ts'
import { uploadServer } from './upload-server.ts'

const base = mkdtempSync(join(tmpdir(), 'decant-two-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

test.each(['auto', 'never'] as const)(
  'two processes that are sent one name twenty times each, and one of them killed meanwhile, keep every answered file under a name of its own, with links: %s',
  async (links) => {
    const folder = mkdtempSync(join(base, 'folder-'))
    const servers = [
      await uploadServer(folder, { storage: { links } }),
      await uploadServer(folder, { storage: { links } }),
    ] as const
    await using living = servers[0]
    await using dying = servers[1]
    const bodies = Array.from({ length: 40 }, (_, index) => Buffer.alloc(50_000 + index, `${index} `))
    let answered = 0
    const uploads = bodies.map(async (body, index) => {
      const answer = await (index % 2 === 0 ? living : dying).post('same.txt', body).catch(() => undefined)
      if (index % 2 === 1 && ++answered === 5) dying.child.kill('SIGKILL')
      return answer
    })
    const answers = await Promise.all(uploads)
    await dying.exited

    const keys = new Map<string, Buffer>()
    for (const [index, answer] of answers.entries()) {
      if (index % 2 === 0) expect(answer?.status).toBe(201)
      if (answer?.status !== 201) continue
      const key: string = JSON.parse(answer.text).files[0].key
      expect(keys.has(key)).toBe(false)
      keys.set(key, bodies[index] ?? Buffer.alloc(0))
    }
    for (const [key, body] of keys) expect(readFileSync(join(folder, key)).equals(body)).toBe(true)
    // A file that was published and not answered is whole, too.
    for (const key of storedIn(folder)) {
      expect(bodies.some((body) => body.equals(readFileSync(join(folder, key))))).toBe(true)
    }
    await diskStorage(folder, { links }).sweep()
    expect(draftsIn(folder)).toEqual([])
    expect(filesIn(folder).filter((path) => path.startsWith('.decant/reserved'))).toEqual([])
    expect((await living.post('same.txt', Buffer.from('next'))).status).toBe(201)
  },
)
