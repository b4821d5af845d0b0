import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { MiB } from '../../src/index.ts'
import { draftsIn, filesIn, open, readAnswer, storedIn } from '../cli/client.ts'
import type { Answer } from '../cli/client.ts'
import { canMount } from './machine.ts'
import { ext4Disk } from './mounted-disk.ts'
import { uploadServer } from './upload-server.ts'
import type { UploadServer } from './upload-server.ts'

const BYTES = Buffer.from('hello')
const LARGE = Buffer.alloc(2 * MiB, 'x')

const base = mkdtempSync(join(tmpdir(), 'decant-lost-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const newFolder = (): string => mkdtempSync(join(base, 'folder-'))

function expectFailed({ status, text }: Answer): void {
  expect({ status, ...JSON.parse(text) }).toMatchObject({ status: 500, code: 'storage-failed' })
  expect(text).not.toContain(base)
}

/** An upload in the middle of which something happens to its folder. */
async function uploadDuring(server: UploadServer, folder: string, fault: () => void): Promise<Answer> {
  const sent = open(server.port, {
    method: 'PUT',
    path: '/uploads/half.txt',
    headers: { 'content-length': 2 * LARGE.length },
  })
  const answer = readAnswer(sent)
  sent.write(LARGE)
  const written = (): number => Math.max(0, ...draftsIn(folder).map((path) => statSync(join(folder, path)).size))
  await expect.poll(written).toBeGreaterThan(0)
  fault()
  sent.end(LARGE)
  return answer
}

describe.skipIf(!canMount)('a disk that becomes read-only', () => {
  test('fails uploads and deletions, serves what is there, and takes files again when it may be written', async () => {
    await using disk = await ext4Disk(16 * MiB)
    const folder = join(disk.path, 'uploads')
    await using server = await uploadServer(folder)
    expect((await server.put('first.txt', BYTES)).status).toBe(201)
    const before = filesIn(folder)
    disk.run('mount', '-o', 'remount,ro', '{}')
    expectFailed(await server.put('a.txt', BYTES))
    expectFailed(await server.post('a.txt', BYTES))
    expectFailed(await server.post('a.txt', BYTES, '/save'))
    expectFailed(await server.delete('first.txt'))
    expect((await server.get('/uploads/first.txt')).text).toBe('hello')
    expect(JSON.parse((await server.get('/uploads')).text).files).toHaveLength(1)
    expect(filesIn(folder)).toEqual(before)
    disk.run('mount', '-o', 'remount,rw', '{}')
    expect((await server.put('a.txt', BYTES)).status).toBe(201)
    expect((await server.post('b.txt', BYTES, '/save')).status).toBe(201)
    expect(storedIn(folder)).toEqual(['a.txt', 'b.txt', 'first.txt'])
  })

  test('under an upload fails it, and shows no part of it', async () => {
    await using disk = await ext4Disk(16 * MiB)
    const folder = join(disk.path, 'uploads')
    await using server = await uploadServer(folder)
    expect((await server.put('first.txt', BYTES)).status).toBe(201)
    expectFailed(await uploadDuring(server, folder, () => disk.breakDown()))
    expect(storedIn(folder)).toEqual(['first.txt'])
    expect((await server.get('/uploads/first.txt')).text).toBe('hello')
    expect((await server.get('/uploads/half.txt')).status).toBe(404)
  })
})

describe.each(['auto', 'never'] as const)('a folder that is removed, with links: %s', (links) => {
  test.each([
    ['the whole folder', ''],
    ['.decant', '.decant'],
    ['the drafts', '.decant/drafts'],
  ])('%s under an upload: it fails, nothing of it is there, and the next one works', async (_, path) => {
    const folder = newFolder()
    await using server = await uploadServer(folder, { storage: { links } })
    expect((await server.put('first.txt', BYTES)).status).toBe(201)
    expectFailed(await uploadDuring(server, folder, () => rmSync(join(folder, path), { recursive: true })))
    if (path !== '') expect(storedIn(folder)).toEqual(['first.txt'])
    expect((await server.put('half.txt', LARGE)).status).toBe(201)
    expect(readFileSync(join(folder, 'half.txt')).equals(LARGE)).toBe(true)
    expect(draftsIn(folder)).toEqual([])
  })

  test('the whole folder, by giving it another name: what is answered with success is in the folder of that name', async () => {
    const folder = newFolder()
    await using server = await uploadServer(folder, { storage: { links } })
    expect((await server.put('first.txt', BYTES)).status).toBe(201)
    expectFailed(await uploadDuring(server, folder, () => renameSync(folder, `${folder}-old`)))
    expect(storedIn(`${folder}-old`)).toEqual(['first.txt'])
    expect((await server.put('half.txt', BYTES)).status).toBe(201)
    expect(storedIn(folder)).toEqual(['half.txt'])
  })
})

test('a folder that is gone fails a save, and one that comes again takes the next', async () => {
  const folder = newFolder()
  await using server = await uploadServer(folder)
  rmSync(folder, { recursive: true })
  expect((await server.post('a.txt', BYTES, '/save')).status).toBe(500)
  expect((await server.put('b.txt', BYTES)).status).toBe(201)
  expect((await server.post('a.txt', BYTES, '/save')).status).toBe(201)
  expect(storedIn(folder)).toEqual(['a.txt', 'b.txt'])
})
