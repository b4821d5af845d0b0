import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ALL } from '../media/extension-rule.ts'
import { file, formRequest, someBytes } from '../receive/fixtures/form-body.ts'
import { openFilesIn } from '../file/fixtures/open-files.ts'
import { temporaryFolders } from '../receive/fixtures/temporary-folders.ts'
import { receive } from '../receive/receive.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { diskSet, everyFile, memorySet, read, textFile } from './fixtures/sets.ts'
import type { UploadSetOptions } from './upload-set-options.ts'
import type { UploadSet } from './upload-set.ts'

const newFolder = temporaryFolders()

function newDiskSet(options: Partial<UploadSetOptions> = {}): { set: UploadSet<'test'>; folder: string } {
  const folder = newFolder()
  return { set: diskSet(folder, options), folder }
}

describe('save takes', () => {
  const bytes = someBytes(300_000)

  test('a file of receive', async () => {
    const set = memorySet({ extensions: ALL })
    await using upload = await receive(await formRequest([file('a', 'Ä.bin', 300_000, 'image/x-made-up')]))
    const stored = await set.save(upload.files.required('a'))
    expect(stored).toEqual({
      set: 'test',
      key: 'Ä.bin',
      filename: 'Ä.bin',
      type: expect.any(String),
      size: 300_000,
      storedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    })
    expect(await read(set, stored.key)).toEqual(bytes)
  })

  async function* generate(): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, 1000)
    yield new Uint8Array(0)
    yield bytes.subarray(1000)
  }

  test.each([
    ['a File', () => new File([bytes], 'a.txt'), {}],
    ['a Blob with a name', () => new Blob([bytes]), { name: 'a.txt' }],
    ['a stream with a name', () => new Blob([bytes]).stream(), { name: 'a.txt' }],
    ['a generator with a name', generate, { name: 'a.txt' }],
    ['bytes with a name', () => bytes, { name: 'a.txt' }],
    ['anything with a name and a stream', () => ({ name: 'a.txt', stream: generate }), {}],
  ])('%s', async (_, source, options) => {
    const { set, folder } = newDiskSet()
    const stored = await set.save(source(), options)
    expect(stored).toMatchObject({ key: 'a.txt', filename: 'a.txt', size: 300_000, type: 'text/plain' })
    expect(readFileSync(join(folder, 'a.txt')).equals(bytes)).toBe(true)
    expect(everyFile(folder)).toEqual(['a.txt'])
  })

  test('no source without a name, which is a TypeError', async () => {
    for (const source of [new Blob(['x']), bytes, generate()]) {
      // oxlint-disable-next-line no-await-in-loop
      await expect(memorySet().save(source)).rejects.toThrow(/save\(source, \{ name \}\)/)
    }
  })

  test('no file input in which nothing was chosen', async () => {
    await using upload = await receive(await formRequest([file('a', '', '')]))
    const [empty] = upload.files.values()
    if (empty === undefined) throw new Error('The input is missing')
    await expect(memorySet({ extensions: ALL }).save(empty)).rejects.toMatchObject({ code: 'no-file-selected' })
  })

  test('no source that fails in the middle: it leaves no file and no draft, and rejects with the failure itself', async () => {
    const { set, folder } = newDiskSet()
    const failure = new Error('the source broke')
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield someBytes(2_000_000)
      throw failure
    }
    await expect(set.save(broken(), { name: 'a.txt' })).rejects.toBe(failure)
    expect(everyFile(folder)).toEqual([])
    expect(openFilesIn(folder)).toEqual([])
  })

  test('no more bytes when the signal aborts: nothing is left, and the source is closed', async () => {
    const { set, folder } = newDiskSet()
    const controller = new AbortController()
    const reason = new Error('enough')
    let closed = false
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (let turn = 0; ; turn += 1) {
          if (turn === 10) controller.abort(reason)
          yield someBytes(100_000)
        }
      } finally {
        closed = true
      }
    }
    const { signal } = controller
    await expect(set.save(endless(), { name: 'a.txt', signal })).rejects.toBe(reason)
    expect(closed).toBe(true)
    expect(everyFile(folder)).toEqual([])
    await expect(set.save(textFile('a.txt'), { signal })).rejects.toBe(reason)
    expect(everyFile(folder)).toEqual([])
  })
})

describe('sizes', () => {
  async function* stream(size: number): AsyncGenerator<Uint8Array> {
    yield someBytes(size)
  }

  test.each(['announced', 'not announced'])('maxFileSize holds to the byte, %s', async (how) => {
    const { set, folder } = newDiskSet({ maxFileSize: 1000 })
    const source = (size: number) => (how === 'announced' ? new Blob([someBytes(size)]) : stream(size))
    expect((await set.save(source(1000), { name: 'a.txt' })).size).toBe(1000)
    await expect(set.save(source(1001), { name: 'b.txt' })).rejects.toMatchObject({
      code: 'file-too-large',
      status: 413,
      details: { limit: 1000, filename: 'b.txt' },
    })
    expect(everyFile(folder)).toEqual(['a.txt'])
  })

  test('an announced size over the limit is refused before the first byte', () => {
    const set = memorySet({ maxFileSize: 1000 })
    expect(() => set.draft({ filename: 'a.txt', size: 1001, field: 'f' })).toThrow(
      expect.objectContaining({
        code: 'file-too-large',
        details: { limit: 1000, filename: 'a.txt', field: 'f' },
      }),
    )
  })

  test('minFileSize holds to the byte', async () => {
    const { set, folder } = newDiskSet({ minFileSize: 1 })
    await expect(set.save(textFile('a.txt', ''))).rejects.toMatchObject({
      code: 'file-too-small',
      status: 422,
      details: { limit: 1, filename: 'a.txt' },
    })
    expect(everyFile(folder)).toEqual([])
    expect((await set.save(textFile('a.txt', 'x'))).size).toBe(1)
  })

  test('an empty file is accepted by default', async () => {
    const set = memorySet()
    expect((await set.save(textFile('a.txt', ''))).size).toBe(0)
    expect(await read(set, 'a.txt')).toHaveLength(0)
  })

  test('have defaults: files of 0 bytes to 32 MiB, and 100 files', () => {
    expect(memorySet()).toMatchObject({ maxFileSize: 32 * 1024 ** 2, minFileSize: 0, maxFiles: 100 })
  })

  test.each(['maxFileSize', 'minFileSize', 'maxFiles'])('%s has to be a number', (name) => {
    expect(() => memorySet({ [name]: Number.NaN })).toThrow(TypeError)
    expect(() => memorySet({ [name]: -1 })).toThrow(TypeError)
  })

  test('a full storage refuses a file with `storage-full`, and nothing of it is left', async () => {
    const storage = memoryStorage({ maxSize: 1000 })
    const set = memorySet({ storage })
    await expect(set.save(textFile('a.txt', 'x'.repeat(1001)))).rejects.toMatchObject({
      code: 'storage-full',
      status: 507,
    })
    expect(await storage.freeSpace()).toBe(1000)
  })
})
