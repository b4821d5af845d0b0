import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { filesIn } from '../cli/client.ts'
import { canTrace } from './machine.ts'
import { trace, uploadServer } from './upload-server.ts'

const base = mkdtempSync(join(tmpdir(), 'decant-calls-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const newFolder = (): string => mkdtempSync(join(base, 'folder-'))
const BYTES = Buffer.from('hello')

/** The flushed names below `folder`: each file or folder once for each time. */
function flushed(calls: readonly string[], folder: string): string[] {
  const names = calls.flatMap((call) => /f(?:data)?sync\(\d+<(?<path>[^>]*)>/.exec(call)?.groups?.['path'] ?? [])
  return names.map((path) => path.replace(folder, '').replace(/drafts\/.*\/[\da-f]{32}/, 'draft')).toSorted()
}

describe.skipIf(!canTrace).each(['auto', 'never'] as const)('a storage that publishes with links: %s', (links) => {
  test('flushes the file, its record and each folder on the way once when it is durable, and nothing otherwise', async () => {
    for (const durable of [true, false]) {
      const folder = newFolder()
      await using server = await uploadServer(folder, { storage: { links, durable }, naming: 'unique' })
      expect((await server.put('first.txt', BYTES)).status).toBe(201)
      await using tracing = await trace(server.child.pid, '-e', 'trace=fsync,fdatasync,sync,syncfs')
      const { status, text } = await server.post('a.txt', BYTES)
      expect(status).toBe(201)
      const key: string = JSON.parse(text).files[0].key
      const expected = ['', '/.decant/draft', '/.decant/draft.record', '/.decant/records', `/${key.split('/')[0]}`]
      expect(flushed(await tracing.end(), folder)).toEqual(durable ? expected.toSorted() : [])
    }
  })

  test('flushes its private folders and its own name before the first file is answered', async () => {
    const parent = newFolder()
    const folder = join(parent, 'new', 'uploads')
    await using server = await uploadServer(folder, { storage: { links, durable: true } })
    await using tracing = await trace(server.child.pid, '-e', 'trace=fsync')
    expect((await server.put('a.txt', BYTES)).status).toBe(201)
    expect(flushed(await tracing.end(), parent)).toEqual(
      expect.arrayContaining(['', '/new', '/new/uploads', '/new/uploads/.decant', '/new/uploads/.decant/records']),
    )
  })

  // File, record, and each folder: whichever cannot be flushed.
  test.each([1, 2, 3, 4])('keeps nothing of a file when flush %i of it fails', async (failing) => {
    const folder = newFolder()
    await using server = await uploadServer(folder, { storage: { links, durable: true } })
    expect((await server.put('first.txt', BYTES)).status).toBe(201)
    const before = filesIn(folder)
    const tracing = await trace(server.child.pid, '-e', `inject=fsync,fdatasync:error=EIO:when=${failing}`)
    const answer = await server.put('a.txt', BYTES)
    expect(answer.status).toBe(500)
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'storage-failed' })
    expect(filesIn(folder)).toEqual(before)
    expect((await tracing.end()).filter((call) => call.includes('INJECTED'))).toHaveLength(1)
    expect((await server.get('/uploads/a.txt')).status).toBe(404)
    expect((await server.put('a.txt', BYTES)).status).toBe(201)
  })

  test('takes back what it cannot give a record that lasts', async () => {
    const folder = newFolder()
    await using server = await uploadServer(folder, { storage: { links, durable: true } })
    expect((await server.put('first.txt', BYTES)).status).toBe(201)
    const before = filesIn(folder)
    // The file gets its name first; without links after its reservation, and by another call.
    const call = links === 'auto' ? 'link:error=EIO:when=2' : 'rename:error=EIO:when=3'
    await using _ = await trace(server.child.pid, '-e', `inject=${call}`)
    expect((await server.put('a.txt', BYTES)).status).toBe(500)
    expect(filesIn(folder)).toEqual(before)
  })

  test('says so when a deletion cannot be made to last', async () => {
    const folder = newFolder()
    await using server = await uploadServer(folder, { storage: { links, durable: true } })
    expect((await server.put('a.txt', BYTES)).status).toBe(201)
    await using tracing = await trace(server.child.pid, '-e', 'inject=fsync:error=EIO')
    expect((await server.delete('a.txt')).status).toBe(500)
    expect(flushed(await tracing.end(), folder)).toEqual([''])
  })
})

describe.skipIf(!canTrace).each(['EPERM', 'EACCES'])('a reservation that the system refuses with %s', (code) => {
  test('is a failure that is told, and no name that is taken: an upload would look for a free one for ever', async () => {
    const folder = newFolder()
    await using server = await uploadServer(folder, { storage: { links: 'never' } })
    expect((await server.put('first.txt', BYTES)).status).toBe(201)
    const before = filesIn(folder)
    const tracing = await trace(server.child.pid, '-e', `inject=rename:error=${code}`)
    expect((await server.post('a.txt', BYTES)).status).toBe(500)
    await tracing.end()
    expect(filesIn(folder)).toEqual(before)
    expect((await server.post('a.txt', BYTES)).status).toBe(201)
  })
})

const NO_LINKS = ['EPERM', 'EOPNOTSUPP', 'ENOSYS'] as const

describe.skipIf(!canTrace).each(NO_LINKS)('a file system that answers hard links with %s', (code) => {
  test('is found out, and files are renamed into their places', async () => {
    const folder = newFolder()
    await using server = await uploadServer(folder)
    await using tracing = await trace(server.child.pid, '-e', `inject=link,linkat:error=${code}`)
    const answers = await Promise.all(Array.from({ length: 8 }, () => server.post('a.txt', BYTES)))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
    const keys = answers.map(({ text }): string => JSON.parse(text).files[0].key)
    expect(new Set(keys).size).toBe(8)
    for (const key of keys) expect(readFileSync(join(folder, key)).equals(BYTES)).toBe(true)
    expect(filesIn(folder).filter((path) => !path.startsWith('.decant/records'))).toEqual(keys.toSorted())
    expect((await server.put('a.txt', BYTES)).status).toBe(409)
    // The storage asked once, by trying.
    expect((await tracing.end()).filter((call) => call.includes('INJECTED'))).toHaveLength(1)
  })

  test('does not stop save, which still overwrites nothing', async () => {
    const folder = newFolder()
    await using server = await uploadServer(folder)
    await using _ = await trace(server.child.pid, '-e', `inject=link,linkat:error=${code}`)
    const large = Buffer.alloc(600_000, 'x')
    const statuses = await Promise.all(
      Array.from({ length: 8 }, async () => (await server.post('a.txt', large, '/save')).status),
    )
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, ...Array.from({ length: 7 }, () => 409)])
    expect(readFileSync(join(folder, 'a.txt')).equals(large)).toBe(true)
    expect(filesIn(folder)).toEqual(['a.txt'])
  })

  test('leaves nothing of a save whose renaming fails', async () => {
    const folder = newFolder()
    await using server = await uploadServer(folder)
    await using _ = await trace(
      server.child.pid,
      '-e',
      `inject=link,linkat:error=${code}`,
      '-e',
      'inject=rename:error=EIO',
    )
    expect((await server.post('a.txt', BYTES, '/save')).status).toBe(500)
    expect(existsSync(join(folder, 'a.txt'))).toBe(false)
    expect(filesIn(folder)).toEqual([])
  })
})

describe.skipIf(!canTrace)('a write that fails in the middle', () => {
  test.each(['EIO', 'ENOSPC', 'EDQUOT', 'EFBIG'])('with %s is not an upload', async (code) => {
    const folder = newFolder()
    await using server = await uploadServer(folder)
    await using _ = await trace(server.child.pid, '-e', `inject=pwrite64,pwritev:error=${code}:when=2+`)
    const { status } = await server.put('a.txt', Buffer.alloc(5_000_000, 'x'))
    expect(status).toBe(code === 'ENOSPC' || code === 'EDQUOT' ? 507 : 500)
    expect(filesIn(folder)).toEqual([])
  })

  test('with a lie about how much was written is not an upload either', async () => {
    const folder = newFolder()
    await using server = await uploadServer(folder)
    await using _ = await trace(server.child.pid, '-e', 'inject=pwrite64:retval=5')
    expect((await server.put('a.txt', BYTES)).status).toBe(500)
    expect(filesIn(folder)).toEqual([])
  })
})
