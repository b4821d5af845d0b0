import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { uploadSet } from '../policy/upload-set.ts'
import { file, formBody, formRequest } from '../receive/fixtures/form-body.ts'
import { diskStorage } from '../storage/disk/disk-storage.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { failingStorage } from '../testing/failing-storage.ts'
import { list } from './form-shape.ts'
import { uploadForm } from './upload-form.ts'

const base = mkdtempSync(join(tmpdir(), 'decant-form-transaction-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const newFolder = (): string => mkdtempSync(join(base, 'folder-'))

describe('a form', () => {
  test('publishes its file together with one that its handler derives, and deletes the old one', async () => {
    const storage = diskStorage(newFolder())
    const photos = uploadSet('photos', { storage, extensions: ['txt'] })
    const post = uploadForm({ title: z.string(), cover: photos.one(), more: photos.many() })
    const old = await photos.save(new TextEncoder().encode('old'), { name: 'old.txt' })
    const keys = await post.receive(
      await formRequest([{ name: 'title', value: 'Hello' }, file('cover', 'cover.txt', 'COVER')]),
      async ({ cover }, { bytes, save, delete: remove }) => {
        const small = new TextDecoder().decode(await bytes(cover)).toLowerCase()
        const thumb = await save(photos, new Blob([small]), { filename: 'cover.txt', folder: 'thumbs' })
        await remove(photos, old)
        return [cover.key, thumb.key]
      },
    )
    expect(keys).toEqual(['cover.txt', 'thumbs/cover.txt'])
    expect((await photos.list()).files.map(({ key, size }) => [key, size])).toEqual([
      ['cover.txt', 5],
      ['thumbs/cover.txt', 5],
    ])
  })

  test('without files can save and delete files in its handler, too', async () => {
    const photos = uploadSet('photos', { storage: diskStorage(newFolder()), extensions: ['txt'] })
    const post = uploadForm({ text: z.string() })
    await photos.save(new TextEncoder().encode('old'), { name: 'old.txt' })
    await post.receive(await formRequest([{ name: 'text', value: 'new' }]), async ({ text }, transaction) => {
      await transaction.save(photos, new TextEncoder().encode(text), { filename: 'new.txt' })
      await transaction.delete(photos, 'old.txt')
    })
    expect((await photos.list()).files.map(({ key }) => key)).toEqual(['new.txt'])
  })

  test('over node:http tells its handler that the client has gone, waits for it, and keeps its files', async () => {
    const photos = uploadSet('photos', { storage: memoryStorage(), extensions: ['txt'] })
    const post = uploadForm({ cover: photos.one() })
    const { headers, body } = await encoded([file('cover', 'cover.txt', 'cover')])
    const [begun, ended] = [Promise.withResolvers<boolean>(), Promise.withResolvers<unknown>()]
    const receive = (request: IncomingMessage): Promise<unknown> =>
      post.receive(request, async (_, { signal }) => {
        begun.resolve(signal.aborted)
        if (!signal.aborted) await once(signal, 'abort')
        return signal.reason
      })
    const server = createServer((request) => void receive(request).then(ended.resolve, ended.reject))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const address = server.address()
      const socket = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1')
      socket.on('error', () => {})
      socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n`)
      socket.write(body)
      expect(await begun.promise).toBe(false)
      socket.resetAndDestroy()
      expect(await ended.promise).toBeInstanceOf(Error)
      expect((await photos.list()).files.map(({ key }) => key)).toEqual(['cover.txt'])
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  test('leaves no listener at a connection that carries many forms', async () => {
    const photos = uploadSet('photos', { storage: memoryStorage(), extensions: ['txt'] })
    const post = uploadForm({ cover: photos.one() })
    const counts: number[] = []
    const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      await post.receive(request, () => {})
      counts.push(request.socket.listenerCount('close'))
      response.end()
    }
    const server = createServer((request, response) => void answer(request, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const address = server.address()
      const url = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}/`
      for (let time = 0; time < 5; time++) {
        const body = new FormData()
        body.append('cover', new File(['cover'], 'cover.txt'))
        await (await fetch(url, { method: 'POST', body })).arrayBuffer()
      }
      expect(new Set(counts).size).toBe(1)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})

describe('declaring a form', () => {
  const recover = () => 'publish' as const

  test('whose storages have different recover functions is a TypeError', () => {
    const one = uploadSet('one', { storage: diskStorage(newFolder(), { recover }) })
    const two = uploadSet('two', { storage: diskStorage(newFolder(), { recover: () => 'publish' }) })
    const three = uploadSet('three', { storage: diskStorage(newFolder()) })
    const same = uploadSet('same', { storage: diskStorage(newFolder(), { recover }) })
    const memory = uploadSet('memory', { storage: memoryStorage() })
    expect(() => uploadForm({ a: one.one(), b: list({ c: two.one() }) })).toThrow(
      /"one" and "two" have different "recover" functions/,
    )
    expect(() => uploadForm({ a: one.one(), b: three.optional() })).toThrow(TypeError)
    uploadForm({ a: one.one(), b: same.many(), c: memory.one(), d: one.optional() })
  })

  test('with a storage that has no transactions is a TypeError', () => {
    const storage = failingStorage(memoryStorage(), {}, { transactions: false })
    const set = uploadSet('photos', { storage })
    expect(() => uploadForm({ photo: set.one() })).toThrow(/storage of the set "photos" \(memory\) has no transactions/)
  })
})

async function encoded(parts: Parameters<typeof formBody>[0]): Promise<{ headers: string; body: Uint8Array }> {
  const { contentType, bytes } = await formBody(parts)
  return { headers: `Content-Type: ${contentType}\r\nContent-Length: ${bytes.length}`, body: bytes }
}
