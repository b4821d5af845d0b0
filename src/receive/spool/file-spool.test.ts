import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { collect } from '../fixtures/collect.ts'
import { file, formRequest, someBytes } from '../fixtures/form-body.ts'
import { openFilesIn } from '../../file/fixtures/open-files.ts'
import { temporaryFolders } from '../fixtures/temporary-folders.ts'
import { receive } from '../receive.ts'
import { createSpool } from './file-spool.ts'

const PROGRAM = fileURLToPath(new URL('../fixtures/receive-process.ts', import.meta.url))

const newFolder = temporaryFolders()

function start(task: 'hold' | 'forget', folder: string) {
  return spawn(process.execPath, ['--expose-gc', '-C', 'source', PROGRAM, task, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

describe('a file', () => {
  test('of 512,000 bytes stays in memory, one more byte and it is on disk, without a name', async () => {
    const temporaryFolder = newFolder()
    await using small = await receive(await formRequest([file('a', 'a', 512_000)]), { temporaryFolder })
    expect(openFilesIn(temporaryFolder)).toEqual([])
    await using large = await receive(await formRequest([file('a', 'a', 512_001)]), { temporaryFolder })
    expect(openFilesIn(temporaryFolder)).toEqual([expect.stringMatching(/^decant-[0-9a-f]{32} \(deleted\)$/)])
    expect(readdirSync(temporaryFolder)).toEqual([])
    expect(await small.files.required('a').bytes()).toEqual(someBytes(512_000))
    expect(await large.files.required('a').bytes()).toEqual(someBytes(512_001))
  })

  test('goes to disk beyond the memory that it may have', async () => {
    const temporaryFolder = newFolder()
    const options = { temporaryFolder, memoryLimit: 0 }
    await using upload = await receive(await formRequest([file('a', 'a', 0), file('b', 'b', 1)]), options)
    expect(openFilesIn(temporaryFolder)).toHaveLength(1)
    expect(await upload.files.required('a').bytes()).toEqual(new Uint8Array(0))
    expect(await upload.files.required('b').bytes()).toEqual(someBytes(1))
  })

  test('has memory of its own, also among many files', async () => {
    const temporaryFolder = newFolder()
    const parts = [file('a', 'a', 400_000), file('b', 'b', 600_000), file('c', 'c', 400_000)]
    await using upload = await receive(await formRequest(parts), { temporaryFolder })
    expect(openFilesIn(temporaryFolder)).toHaveLength(1)
    expect(upload.files.values().map(({ size }) => size)).toEqual([400_000, 600_000, 400_000])
  })
})

describe('no temporary file is left', () => {
  test('when the upload is disposed of', async () => {
    const temporaryFolder = newFolder()
    {
      await using upload = await receive(await formRequest([file('a', 'a', 600_000)]), { temporaryFolder })
      expect(upload.files.size).toBe(1)
      expect(openFilesIn(temporaryFolder)).toHaveLength(1)
    }
    expect(openFilesIn(temporaryFolder)).toEqual([])
  })

  test('by a refusal', async () => {
    const temporaryFolder = newFolder()
    const request = await formRequest([file('a', 'a', 600_000), file('b', 'b', 700_000)])
    await expect(receive(request, { temporaryFolder, maxFileSize: 650_000 })).rejects.toMatchObject({
      code: 'file-too-large',
    })
    expect(openFilesIn(temporaryFolder)).toEqual([])
    expect(readdirSync(temporaryFolder)).toEqual([])
  })

  test('by a process that was killed in the middle', async () => {
    const folder = newFolder()
    const child = start('hold', folder)
    await once(child.stdout, 'data')
    expect(openFilesIn(folder, child.pid)).toEqual([expect.stringMatching(/ \(deleted\)$/)])
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(readdirSync(folder)).toEqual([])
  })

  test('by a collected upload without a disposal, nor counted memory; a reader still gets its file', async () => {
    const child = start('forget', newFolder())
    const told: unknown = JSON.parse(await text(child.stdout))
    const held = { openFiles: 1, memory: 1000 }
    expect(told).toEqual({ before: held, held, byteLength: 2_000_000, after: { openFiles: 0, memory: 0 } })
  })
})

/** No file stays in memory. */
const ON_DISK = { memoryLimit: 0, totalMemoryLimit: Infinity } as const

describe('a spool', () => {
  test('that is disposed of while it is read ends the reading, and never reads another file', async () => {
    const temporaryFolder = newFolder()
    const spool = createSpool({ ...ON_DISK, temporaryFolder })
    const content = spool.openFile()
    await content.append(someBytes(2_000_000))
    await content.finish()
    const reader = content.stream()[Symbol.asyncIterator]()
    await reader.next()
    const reading = reader.next()
    await spool.dispose()
    // The read under way is whole.
    const { value } = await reading
    expect(new Uint8Array(value ?? [])).toEqual(someBytes(2_000_000).subarray(262_144, 524_288))
    // Its number belongs to another file now.
    const other = createSpool({ ...ON_DISK, temporaryFolder })
    const otherContent = other.openFile()
    await otherContent.append(new Uint8Array(2_000_000))
    await otherContent.finish()
    await expect(reader.next()).rejects.toThrow(/The upload is closed/)
    await other.dispose()
  })

  test('that is disposed of before its file is open still closes it', async () => {
    const temporaryFolder = newFolder()
    const spool = createSpool({ ...ON_DISK, temporaryFolder })
    const content = spool.openFile()
    content.append(someBytes(10))?.catch(() => {})
    await spool.dispose()
    await spool.dispose()
    expect(openFilesIn(temporaryFolder)).toEqual([])
    expect(readdirSync(temporaryFolder)).toEqual([])
    await expect(content.stream()[Symbol.asyncIterator]().next()).rejects.toThrow(/The upload is closed/)
  })

  test('can have several readers at once', async () => {
    const spool = createSpool({ ...ON_DISK, temporaryFolder: newFolder() })
    const content = spool.openFile()
    await content.append(someBytes(1_000_000))
    await content.finish()
    const [one, two] = await Promise.all([collect(content.stream()), collect(content.stream())])
    expect(one).toEqual(someBytes(1_000_000))
    expect(two).toEqual(one)
    await spool.dispose()
  })
})
