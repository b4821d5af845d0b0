import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { env } from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { UploadRequest } from '../../src/access/upload-request.ts'
import { listen } from '../../src/adapters/node/fixtures/listen.ts'
import { nodeHandler } from '../../src/adapters/node/node-handler.ts'
import type { UploadHandlerOptions } from '../../src/handler/upload-handler-options.ts'
import { uploadHandler } from '../../src/handler/upload-handler.ts'
import { uploadSet } from '../../src/policy/upload-set.ts'
import type { UploadSet } from '../../src/policy/upload-set.ts'
import { diskStorage } from '../../src/storage/disk/disk-storage.ts'
import { canMount, findNtfs } from './find-ntfs.ts'
import { ntfsDisk } from './foreign-disk.ts'
import type { ForeignDisk } from './foreign-disk.ts'

const ntfs = findNtfs()
if (ntfs === undefined && canMount() && env['CI'] === 'true') {
  throw new Error('lowntfs-3g is missing; `npm run test:system` installs it.')
}

describe.skipIf(ntfs === undefined)('on a file system that does not tell upper case from lower', () => {
  let disk: ForeignDisk
  let mountPoint: string

  beforeAll(() => {
    disk = ntfsDisk(ntfs ?? '')
    mountPoint = disk.path
  })

  afterAll(() => disk[Symbol.dispose]())

  test('it is one: the tests below could fail', () => {
    writeFileSync(join(mountPoint, 'A.txt'), '')
    expect(() => writeFileSync(join(mountPoint, 'a.TXT'), '', { flag: 'wx' })).toThrow('EEXIST')
  })

  describe.each(['auto', 'never'] as const)('published with links: %s,', (links) => {
    const names = ['CAT.jpg', 'cat.jpg', 'Cat.JPG', '\u00e9.txt', 'e\u0301.txt', '\u00c9.txt']

    function newSet(): UploadSet {
      const path = mkdtempSync(join(mountPoint, 'set-'))
      return uploadSet('files', { storage: diskStorage(path, { links }), content: 'trust' })
    }

    test('files whose names differ in nothing else do not overwrite one another', async () => {
      const set = newSet()
      const saved = []
      for (const name of names) saved.push(await set.save(new File([name], name)))
      expect(new Set(saved.map(({ key }) => key.toLowerCase())).size).toBe(names.length)
      for (const [index, { key }] of saved.entries()) {
        expect(await textOf(set, key)).toBe(names[index])
      }
    })

    test('nor do twenty at once', async () => {
      const set = newSet()
      const wanted = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'CAT.jpg' : 'cat.jpg'))
      const saved = await Promise.all(wanted.map((name, index) => set.save(new File([String(index)], name))))
      for (const [index, { key }] of saved.entries()) expect(await textOf(set, key)).toBe(String(index))
      const path = set.storage.path?.('x') ?? ''
      expect(readdirSync(join(path, '..')).filter((name) => name !== '.decant')).toHaveLength(20)
    })

    test('no other way to write a name brings the record of another file', async () => {
      const set = newSet()
      const first = await set.save(new File(['1'], 'C\u00c4T.jpg'), { name: 'CAT.jpg' })
      expect((await set.get(first.key))?.filename).toBe('C\u00c4T.jpg')
      await set.delete('cat.jpg')
      await set.save(new File(['two'], 'cat.jpg'))
      // Whether it is known by this name too, it is not the file that was deleted.
      const found = await set.get('CAT.jpg')
      expect(found).toMatchObject({ size: 3 })
      expect(found?.filename).not.toBe('C\u00c4T.jpg')
      expect(await textOf(set, 'CAT.jpg')).toBe('two')
    })

    test('a hook of a handler sees each key as the folders spell it, so that what it denies is denied in every case', async () => {
      const set = newSet()
      await set.save(new File(['secret'], 'Sécret.txt'), { folder: 'Users' })
      await set.save(new File(['secret'], 'Sécret.txt'))
      const seen: (string | undefined)[] = []
      const authorize = ({ key }: UploadRequest): boolean => {
        seen.push(key)
        return false
      }
      await using server = await serve(set, { authorize, deletion: true })
      for (const key of ['Sécret.txt', 'SÉCRET.TXT', 'se\u0301cret.txt', 'S\u00c9CRET.txt']) {
        for (const [method, parent] of [
          ['GET', ''],
          ['DELETE', ''],
          ['PUT', ''],
          ['GET', 'users/'],
          ['DELETE', 'USERS/'],
        ] as const) {
          const init = { method, ...(method === 'PUT' && { body: 'x' }) }
          expect((await fetch(`${server.origin}/${parent}${encodeURIComponent(key)}`, init)).status).toBe(403)
        }
      }
      // This file system lists all names in lower case.
      const listed = (await set.list()).files.map(({ key }) => key)
      expect(listed).toEqual(['sécret.txt', 'users/sécret.txt'])
      expect(new Set(seen)).toEqual(new Set(listed))
    })

    test('a handler finds, refuses to overwrite and deletes a file in every case, and tells its record', async () => {
      const set = newSet()
      const { key } = await set.save(new File(['meow'], 'C\u00c4T.txt'), { name: 'cat.txt' })
      await using server = await serve(set, { deletion: true })
      const found = await fetch(`${server.origin}/CAT.TXT`)
      expect(await found.text()).toBe('meow')
      expect(found.headers.get('content-disposition')).toContain("filename*=UTF-8''C%C3%84T.txt")
      const put = await fetch(`${server.origin}/Cat.txt`, { method: 'PUT', body: 'other' })
      expect([put.status, await put.json()]).toEqual([409, expect.objectContaining({ key })])
      expect((await fetch(`${server.origin}/cAt.txt`, { method: 'DELETE' })).status).toBe(204)
      expect((await set.list()).files).toEqual([])
      expect((await fetch(`${server.origin}/cat.txt`, { method: 'PUT', body: 'other' })).status).toBe(201)
    })
  })
})

interface RunningServer extends AsyncDisposable {
  readonly origin: string
}

async function serve(set: UploadSet, options: UploadHandlerOptions): Promise<RunningServer> {
  const server = await listen(createServer(nodeHandler(uploadHandler(set, options))))
  return { origin: server.origin, [Symbol.asyncDispose]: () => server.close() }
}

async function textOf(set: UploadSet, key: string): Promise<string> {
  const open = await set.open(key)
  const chunks: Uint8Array[] = []
  for await (const chunk of open?.stream() ?? []) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
