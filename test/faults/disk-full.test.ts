import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MiB } from '../../src/index.ts'
import { filesIn } from '../cli/client.ts'
import type { Answer } from '../cli/client.ts'
import { canMount, canTrace } from './machine.ts'
import { ext4Disk, memoryDisk } from './mounted-disk.ts'
import type { MountedDisk } from './mounted-disk.ts'
import { trace, uploadServer } from './upload-server.ts'
import type { UploadServer } from './upload-server.ts'

const LARGE = Buffer.alloc(3 * MiB, 'x')
const SMALL = Buffer.from('hello')

const DISKS: readonly (readonly [string, () => Promise<MountedDisk>])[] = [
  ['tmpfs', () => memoryDisk(8 * MiB)],
  ['ext4', () => ext4Disk(8 * MiB)],
]
const WAYS: readonly (readonly [
  string,
  (server: UploadServer, name: string, body: Buffer<ArrayBuffer>) => Promise<Answer>,
])[] = [
  ['a form to a set', (server, name, body) => server.post(name, body)],
  ['a body to a set', (server, name, body) => server.put(name, body)],
  ['receive and save', (server, name, body) => server.post(name, body, '/save')],
]

/** Fills a disk to the last block, or its folder of private things to the last file. */
function fill(path: string): string {
  const filler = join(path, 'filler')
  for (let size = MiB; size >= 1; size = Math.floor(size / 4)) {
    try {
      for (;;) writeFileSync(filler, Buffer.alloc(size, 'f'), { flag: 'a' })
    } catch {
      // ENOSPC: less than that is free.
    }
  }
  return filler
}

/** Makes files until there is room for no more, and gives their paths. */
function fillFiles(path: string): string[] {
  const fillers: string[] = []
  try {
    for (let number = 0; ; number++) {
      writeFileSync(join(path, `filler-${number}`), '')
      fillers.push(join(path, `filler-${number}`))
    }
  } catch {
    // ENOSPC: no inode is free.
  }
  return fillers
}

function expectFull({ status, text }: Answer): void {
  expect({ status, ...JSON.parse(text) }).toMatchObject({
    status: 507,
    code: 'storage-full',
    title: expect.any(String),
  })
}

describe.skipIf(!canMount).each(DISKS)('a full disk (%s)', (_, newDisk) => {
  test.each(WAYS)(
    'is told in full through %s, keeps nothing, and takes files again when there is room',
    async (__, send) => {
      await using disk = await newDisk()
      const folder = join(disk.path, 'uploads')
      await using server = await uploadServer(folder)
      expect((await send(server, 'first.txt', SMALL)).status).toBe(201)
      const before = filesIn(folder)
      const filler = fill(disk.path)
      expectFull(await send(server, 'a.txt', LARGE))
      expectFull(await send(server, 'b.txt', LARGE))
      expect(filesIn(folder)).toEqual(before)
      expect(readFileSync(join(folder, 'first.txt')).equals(SMALL)).toBe(true)
      rmSync(filler)
      expect((await send(server, 'a.txt', LARGE)).status).toBe(201)
      expect(readFileSync(join(folder, 'a.txt')).equals(LARGE)).toBe(true)
    },
  )

  test('that fills up in the middle of ten uploads keeps those that were answered, and no others', async () => {
    await using disk = await newDisk()
    const folder = join(disk.path, 'uploads')
    await using server = await uploadServer(folder)
    const answers = await Promise.all(Array.from({ length: 10 }, (__, index) => server.put(`${index}.txt`, LARGE)))
    for (const answer of answers.filter(({ status }) => status !== 201)) expectFull(answer)
    const kept = answers.flatMap(({ status }, index) => (status === 201 ? [`${index}.txt`] : []))
    expect(answers.length).toBeGreaterThan(kept.length)
    expect(readdirSync(folder).toSorted()).toEqual(['.decant', ...kept].toSorted())
    for (const name of kept) expect(readFileSync(join(folder, name)).equals(LARGE)).toBe(true)
    for (const name of kept) expect((await server.delete(name)).status).toBe(204)
    expect(filesIn(folder)).toEqual([])
    expect((await server.put('next.txt', LARGE)).status).toBe(201)
  })

  test('whose spool is full is told, and both the spool and the folder stay clean', async () => {
    await using disk = await newDisk()
    const folder = join(disk.path, 'uploads')
    const spool = join(disk.path, 'spool')
    mkdirSync(spool)
    await using server = await uploadServer(folder, { env: { SPOOL: spool } })
    const filler = fill(disk.path)
    expectFull(await server.post('a.txt', LARGE, '/save'))
    expect([...readdirSync(spool), ...readdirSync(folder)]).toEqual([])
    rmSync(filler)
    expect((await server.post('a.txt', LARGE, '/save')).status).toBe(201)
    expect([...readdirSync(spool), ...readdirSync(folder)]).toEqual(['a.txt'])
  })
})

test.skipIf(!canMount)(
  'a disk that has room for bytes, but for no more files, refuses an upload in full, and takes it when there is room',
  async () => {
    await using disk = await memoryDisk(8 * MiB, 1000)
    const folder = join(disk.path, 'uploads')
    await using server = await uploadServer(folder, { storage: { minFreeSpace: 1 } })
    expect((await server.put('first.txt', SMALL)).status).toBe(201)
    const before = filesIn(folder)
    const fillers = fillFiles(disk.path)
    // There is room for the file itself: it is refused for the part that stays free, which is ten files here.
    for (const filler of fillers.splice(0, 5)) rmSync(filler)
    expectFull(await server.put('a.txt', LARGE))
    expect(filesIn(folder)).toEqual(before)
    for (const filler of fillers) rmSync(filler)
    expect((await server.put('a.txt', LARGE)).status).toBe(201)
  },
)

describe.skipIf(!(canTrace && canMount))('room that ends', () => {
  // Of a body of one write: opening the draft, writing it, its record, and giving it its name.
  test.each([
    ['when the draft is opened', 'openat:when=1'],
    ['at the bytes', 'pwrite64:when=1'],
    ['when the draft is closed', 'close:when=1'],
    ['when the record is opened', 'openat:when=2'],
    ['at the name', 'link:when=1+'],
  ])('%s is told in full, and nothing is left', async (_, call) => {
    await using disk = await memoryDisk(8 * MiB)
    await using server = await uploadServer(disk.path)
    expect((await server.put('first.txt', SMALL)).status).toBe(201)
    const before = filesIn(disk.path)
    const [name = '', when = ''] = call.split(':')
    const tracing = await trace(server.child.pid, '-e', `inject=${name}:error=ENOSPC:${when}`)
    expectFull(await server.put('a.txt', SMALL))
    expect((await tracing.end()).some((line) => line.includes('INJECTED'))).toBe(true)
    expect(filesIn(disk.path)).toEqual(before)
    expect((await server.put('a.txt', SMALL)).status).toBe(201)
  })

  test('at the folder of a key is told in full, and nothing is left', async () => {
    await using disk = await memoryDisk(8 * MiB)
    await using server = await uploadServer(disk.path, { naming: 'unique' })
    expect((await server.post('first.txt', SMALL)).status).toBe(201)
    const before = filesIn(disk.path)
    const tracing = await trace(server.child.pid, '-e', 'inject=mkdir:error=ENOSPC')
    expectFull(await server.post('a.txt', SMALL))
    await tracing.end()
    expect(filesIn(disk.path)).toEqual(before)
  })

  test('when the name of the record is given costs the record, not the file', async () => {
    await using disk = await memoryDisk(8 * MiB)
    await using server = await uploadServer(disk.path)
    expect((await server.put('first.txt', SMALL)).status).toBe(201)
    const before = filesIn(disk.path)
    await using _ = await trace(server.child.pid, '-e', 'inject=link:error=ENOSPC:when=2')
    expect((await server.put('a.txt', SMALL)).status).toBe(201)
    expect(filesIn(disk.path)).toEqual([...before, 'a.txt'].toSorted())
  })
})
