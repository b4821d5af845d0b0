import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listen } from '../../src/adapters/node/fixtures/listen.ts'
import { nodeHandler } from '../../src/adapters/node/node-handler.ts'
import { uploadHandler } from '../../src/handler/upload-handler.ts'
import { uploadSet } from '../../src/policy/upload-set.ts'
import { fileServer } from '../../src/serve/file-server.ts'
import { diskStorage } from '../../src/storage/disk/disk-storage.ts'
import { RawClient } from '../../src/testing/adapter-contract/raw-client.ts'
import type { AdapterServer } from '../../src/testing/adapter-contract/steps.ts'

const outer = mkdtempSync(join(tmpdir(), 'reads-'))
const folder = join(outer, 'files')
const socket = createSocket()
const servers: Record<string, AdapterServer> = {}

beforeAll(async () => {
  mkdirSync(join(folder, 'folder', 'inner'), { recursive: true })
  mkdirSync(join(outer, 'files-secret'))
  for (const path of ['secret.txt', 'files-secret/secret.txt', 'files/.env', 'files/folder/.hidden']) {
    writeFileSync(join(outer, path), 'the secret')
  }
  writeFileSync(join(folder, 'a.txt'), 'hello')
  writeFileSync(join(folder, 'folder', 'b.txt'), 'hello')
  symlinkSync('../secret.txt', join(folder, 'link.txt'))
  symlinkSync('a.txt', join(folder, 'inside.txt'))
  symlinkSync('..', join(folder, 'up'))
  symlinkSync('../files-secret', join(folder, 'sibling'))
  symlinkSync('/dev/zero', join(folder, 'zero'))
  symlinkSync('/proc/self', join(folder, 'proc'))
  execFileSync('mkfifo', [join(folder, 'fifo.txt'), join(folder, 'folder', 'fifo.txt')])
  socket.listen(join(folder, 'socket'))
  const storage = diskStorage(folder)
  const handler = uploadHandler(uploadSet('files', { storage }), { base: '/files', listing: true, deletion: true })
  servers['an upload handler'] = await listen(createServer(nodeHandler(handler)))
  servers['a file server'] = await listen(createServer(nodeHandler(fileServer({ '/files': storage }))))
})

afterAll(async () => {
  await Promise.all(Object.values(servers).map((server) => server.close()))
  socket.close()
  rmSync(outer, { recursive: true })
})

async function ask(by: string, method: string, target: string) {
  const client = await RawClient.connect(servers[by]?.origin ?? '')
  try {
    return await client.ask(`${method} ${target} HTTP/1.1\r\nHost: x\r\n\r\n`)
  } finally {
    client.destroy()
  }
}

const HIDDEN = [
  '/files/link.txt',
  '/files/inside.txt',
  '/files/up/secret.txt',
  '/files/up/files/a.txt',
  '/files/sibling/secret.txt',
  '/files/zero',
  '/files/proc/environ',
  '/files/fifo.txt',
  '/files/folder/fifo.txt',
  '/files/socket',
  '/files/folder',
  '/files/folder/inner',
  '/files/.env',
  '/files/%2eenv',
  '/files/folder/.hidden',
  '/files/folder%2Fb.txt',
  '/files-secret/secret.txt',
  '/files-a.txt',
  '/files/../secret.txt',
  '/files/%2e%2e/secret.txt',
  '/files/..%2fsecret.txt',
  '/files/..%5csecret.txt',
  '/files/%252e%252e/secret.txt',
  '/files/folder/../a.txt',
  '/files/a.txt%00',
]

describe.each(['an upload handler', 'a file server'])('%s', (by) => {
  test('serves public files by their paths, so that the refusals below prove something', async () => {
    expect((await ask(by, 'GET', '/files/a.txt')).body.toString()).toBe('hello')
  })
})

test.each(['an upload handler', 'a file server'].flatMap((by) => HIDDEN.map((target) => [by, target] as const)))(
  'an entry that no upload made is not found by %s: %s',
  async (by, target) => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await ask(by, method, target)
      expect([400, 404]).toContain(answer.status)
      expect(answer.body.toString()).not.toMatch(/the secret|hello/)
      expect(answer.body.toString()).not.toContain(outer)
    }
    expect([400, 404]).toContain((await ask(by, 'DELETE', target)).status)
  },
)

test('a list names only files that can be fetched', async () => {
  for (const order of ['name', 'newest']) {
    const text = (await ask('an upload handler', 'GET', `/files?order=${order}`)).body.toString()
    const keys = [...text.matchAll(/"key":"([^"]*)"/g)].map(([, key]) => key)
    expect(new Set(keys)).toEqual(new Set(['a.txt', 'folder/b.txt']))
  }
})
