import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { diskStorage } from '../../src/disk.ts'
import { MiB } from '../../src/index.ts'
import { form, request } from '../cli/client.ts'
import { serve } from '../cli/decant-process.ts'
import { canMount } from './machine.ts'
import { ext4Disk } from './mounted-disk.ts'
import type { MountedDisk } from './mounted-disk.ts'
import { uploadServer } from './upload-server.ts'

const SIZES = [0, 1, 4096, 300_000, 10 * MiB]
const UPLOADS = 'new/uploads'

/** The parts of a file on a disk: its bytes and its record. */
async function kept(disk: MountedDisk, key: string) {
  const path = join(disk.path, UPLOADS)
  const entry = await diskStorage(path).stat(key)
  return { bytes: existsSync(join(path, key)) ? readFileSync(join(path, key)) : undefined, record: entry?.record }
}

const LOST = { bytes: undefined, record: undefined }

describe.skipIf(!canMount)('when the power goes in the instant of the answer', () => {
  test.each([0, 300_000, 10 * MiB])(
    'decant serve --durable has a file of %i bytes, with its record; without, it has not',
    async (size) => {
      const bytes = randomBytes(size)
      for (const durable of [true, false]) {
        await using disk = await ext4Disk(64 * MiB)
        await using decant = await serve(join(disk.path, UPLOADS), [
          '--content=trust',
          ...(durable ? ['--durable'] : []),
        ])
        const answer = await request(decant.port, '/uploads', await form('A: file.bin', bytes))
        await using after = await disk.afterPowerLoss()
        expect(answer.status).toBe(201)
        const { key, type }: { key: string; type: string } = JSON.parse(answer.text).files[0]
        const found = await kept(after, key)
        expect(found.record).toEqual(durable ? { filename: 'A: file.bin', type } : undefined)
        expect(found.bytes?.equals(bytes)).toBe(durable ? true : undefined)
      }
    },
  )

  test.each(['auto', 'never'] as const)(
    'each file is there in a new folder of its own, with links: %s',
    async (links) => {
      await using disk = await ext4Disk(64 * MiB)
      await using server = await uploadServer(join(disk.path, UPLOADS), {
        storage: { links, durable: true },
        naming: 'unique',
      })
      for (const size of SIZES) {
        const bytes = randomBytes(size)
        const answer = await server.post('a.bin', bytes)
        await using after = await disk.afterPowerLoss()
        expect(answer.status).toBe(201)
        const { key, digest }: { key: string; digest: string } = JSON.parse(answer.text).files[0]
        const found = await kept(after, key)
        expect(found.bytes?.equals(bytes)).toBe(true)
        expect(found.record).toMatchObject({ filename: 'a.bin', digest })
      }
    },
  )

  test('every file of many at once is there', async () => {
    await using disk = await ext4Disk(64 * MiB)
    await using server = await uploadServer(join(disk.path, UPLOADS), { storage: { durable: true } })
    const bodies = Array.from({ length: 20 }, (_, index) => Buffer.from(`${index} `.repeat(10_000)))
    const answers = await Promise.all(bodies.map((body) => server.post('same.txt', body)))
    await using after = await disk.afterPowerLoss()
    for (const [index, { text }] of answers.entries()) {
      const found = await kept(after, JSON.parse(text).files[0].key)
      expect(found.bytes?.equals(bodies[index] ?? Buffer.alloc(0))).toBe(true)
      expect(found.record).toBeDefined()
    }
  })

  test.each(['auto', 'never'] as const)('every file of one form is there, with links: %s', async (links) => {
    await using disk = await ext4Disk(64 * MiB)
    await using server = await uploadServer(join(disk.path, UPLOADS), {
      storage: { links, durable: true },
      naming: 'unique',
    })
    const bodies = [randomBytes(10), randomBytes(MiB)]
    const fields = new FormData()
    for (const body of bodies) fields.append('file', new Blob([body]), 'a.bin')
    const answer = await fetch(`http://127.0.0.1:${server.port}/uploads`, { method: 'POST', body: fields })
    const { files }: { files: { key: string }[] } = await answer.json()
    await using after = await disk.afterPowerLoss()
    expect(answer.status).toBe(201)
    for (const [index, { key }] of files.entries()) {
      const found = await kept(after, key)
      expect(found.bytes?.equals(bodies[index] ?? Buffer.alloc(0))).toBe(true)
      expect(found.record).toMatchObject({ filename: 'a.bin' })
    }
  })

  test.each(['auto', 'never'] as const)('a deleted file stays deleted, with links: %s', async (links) => {
    await using disk = await ext4Disk(64 * MiB)
    await using server = await uploadServer(join(disk.path, UPLOADS), { storage: { links, durable: true } })
    expect((await server.put('a.txt', Buffer.from('secret'))).status).toBe(201)
    expect((await server.delete('a.txt')).status).toBe(204)
    await using after = await disk.afterPowerLoss()
    expect(await kept(after, 'a.txt')).toEqual(LOST)
  })

  test('an upload that was not answered is not half there, and the next process takes files again', async () => {
    await using disk = await ext4Disk(64 * MiB)
    await using server = await uploadServer(join(disk.path, UPLOADS), { storage: { durable: true } })
    expect((await server.put('a.txt', Buffer.from('a'))).status).toBe(201)
    for (const size of [1, 5 * MiB]) {
      const answer = server.put(`b${size}.txt`, Buffer.alloc(size, 'b'))
      await using after = await disk.afterPowerLoss()
      const path = join(after.path, UPLOADS)
      const half = join(path, `b${size}.txt`)
      expect([undefined, size]).toContain(existsSync(half) ? readFileSync(half).length : undefined)
      await using next = await uploadServer(path, { storage: { durable: true } })
      expect((await next.put('c.txt', Buffer.from('c'))).status).toBe(201)
      expect((await next.get('/uploads/a.txt')).text).toBe('a')
      expect((await answer).status).toBe(201)
    }
  })
})
