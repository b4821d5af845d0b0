import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { fileTypeFromBuffer } from 'file-type'
import { afterAll, describe, expect, test } from 'vitest'
import { GiB, MiB } from '../errors/byte-size.ts'
import { isUploadError } from '../errors/upload-error.ts'
import {
  ARCHIVES,
  AUDIO,
  DEFAULTS,
  EXECUTABLES,
  OFFICE,
  PHOTOS,
  SCRIPTS,
  SOURCE,
  VIDEO,
} from '../media/extension-groups.ts'
import { ALL } from '../media/extension-rule.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { fakeFile } from './fake-file.ts'

const GROUPS = [DEFAULTS, OFFICE, PHOTOS, AUDIO, VIDEO, ARCHIVES, EXECUTABLES, SCRIPTS, SOURCE]
const EXTENSIONS = [...new Set([...GROUPS.flat(), 'ico'])]

/** The type in file-type's words, if it is not the extension; `undefined` for text. */
const SEEN: Readonly<Record<string, string>> = {
  jpe: 'jpg',
  jpeg: 'jpg',
  odf: 'zip',
  doc: 'cfb',
  xls: 'cfb',
  ppt: 'cfb',
  heif: 'heic',
  tiff: 'tif',
  mpeg: 'mpg',
  wmv: 'asf',
  oga: 'ogg',
  tgz: 'gz',
  txz: 'xz',
  so: 'elf',
  dll: 'exe',
  gnumeric: 'xml',
  abw: 'xml',
  plist: 'xml',
}
const TEXTS = [...SCRIPTS, ...SOURCE, 'txt', 'md', 'svg', 'csv', 'ini', 'json', 'yaml', 'yml']

const anything = uploadSet('anything', { storage: memoryStorage(), extensions: ALL, maxFileSize: 64 * MiB })

async function bytesOf(file: File): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.arrayBuffer())
}

/** The fewest bytes with which there is such a file, as the refusal of fewer says. */
function smallestSize(name: string): number {
  try {
    fakeFile(name, { size: 1 })
    return 1
  } catch (error) {
    return Number(/needs (\d+) bytes/.exec(String(error))?.[1])
  }
}

describe('a fake file', () => {
  test.each(EXTENSIONS)('.%s is what it says, small and large, to an upload set', async (extension) => {
    const name = `fake.${extension}`
    for (const size of [smallestSize(name), 4096, 100_000]) {
      const { type, size: stored } = await anything.save(fakeFile(name, { size, seed: size }))
      expect(stored).toBe(size)
      expect(type).toBe((await anything.save(fakeFile(name))).type)
    }
  })

  test.each(EXTENSIONS.filter((extension) => !TEXTS.includes(extension)))(
    '.%s is it to file-type',
    async (extension) => {
      for (const size of [4096, 100_000]) {
        const found = await fileTypeFromBuffer(await bytesOf(fakeFile(`fake.${extension}`, { size })))
        expect(found?.ext).toBe(SEEN[extension] ?? extension)
      }
    },
  )

  test('claims the type of its name, as a browser does, or another', () => {
    const types = ['cat.PNG', 'a.docx', 'a.unknown', 'README'].map((name) => fakeFile(name).type)
    expect(types).toEqual([
      'image/png',
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      '',
      '',
    ])
    expect(fakeFile('cat.png', { type: 'text/html' }).type).toBe('text/html')
  })

  test('has the content that it is given, even if it is a lie', async () => {
    expect(await fakeFile('a.txt', { content: 'hello' }).text()).toBe('hello')
    expect(await bytesOf(fakeFile('a.bin', { content: Uint8Array.of(1, 2) }))).toEqual(Uint8Array.of(1, 2))
    await expect(anything.save(fakeFile('cat.png', { content: fakeFile('page.html') }))).rejects.toMatchObject({
      code: 'type-mismatch',
    })
  })

  test('has the same bytes each time, others for another seed, and no two pieces alike', async () => {
    const file = (seed: number): File => fakeFile('a.bin', { size: 3 * MiB, seed })
    const first = await bytesOf(file(1))
    expect(Buffer.compare(first, await bytesOf(file(1)))).toBe(0)
    expect(Buffer.compare(first, await bytesOf(file(2)))).not.toBe(0)
    expect(file(1).lastModified).toBe(file(2).lastModified)
    const pieces = Array.from({ length: 48 }, (_, index) =>
      Buffer.from(first.subarray(index * 65_536, (index + 1) * 65_536)).toString('latin1'),
    )
    expect(new Set(pieces).size).toBe(48)
  })

  test('of five GiB is there at once and read to its end, and a set refuses it by its size', async () => {
    const file = fakeFile('film.mp4', { size: 5 * GiB })
    expect(file.size).toBe(5 * GiB)
    const refusal = await anything.save(file).catch((error: unknown) => error)
    expect(isUploadError(refusal) && refusal.code).toBe('file-too-large')
    let size = 0
    for await (const chunk of file.stream()) size += chunk.length
    expect(size).toBe(5 * GiB)
  })

  test('may be empty', () => {
    expect(['a.png', 'a.txt'].map((name) => fakeFile(name, { size: 0 }).size)).toEqual([0, 0])
  })

  test.each([
    ['a size that is not valid', () => fakeFile('a.txt', { size: -1 }), 'whole number'],
    ['half a byte', () => fakeFile('a.txt', { size: 0.5 }), 'whole number'],
    ['a size beside the content', () => fakeFile('a.txt', { size: 5, content: 'hello' }), 'one of the two'],
    ['too few bytes', () => fakeFile('a.png', { size: 20 }), 'needs 67 bytes'],
    ['a format that it does not know', () => fakeFile('a.psd'), 'no fake of a .psd'],
  ])('with %s is a mistake that is told', (_, make, message) => {
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})

describe('to programs that read it whole, a fake', () => {
  const folder = mkdtempSync(join(tmpdir(), 'decant-fakes-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each([512 * 4, 512 * 4 + 1, 100_000])('tar of %i bytes has its file', async (size) => {
    const path = join(folder, 'a.tar')
    await writeFile(path, fakeFile('a.tar', { size }).stream())
    const [, length] = /(\d+) \S+ \S+ fake.bin/.exec(execFileSync('tar', ['-tvf', path], { encoding: 'utf8' })) ?? []
    expect(Number(length)).toBe(Math.floor(size / 512) * 512 - 1536)
  })

  test.each(['gz', 'tgz'])('%s is sound to its last byte', async (extension) => {
    const content = gunzipSync(await bytesOf(fakeFile(`a.${extension}`, { size: 70_000 })))
    expect(content.length).toBe(extension === 'gz' ? 0 : 1024)
  })

  test.each(['zip', 'docx', 'xlsx', 'pptx', 'odt'])('%s leads from its end to its entries', async (extension) => {
    const bytes = await bytesOf(fakeFile(`a.${extension}`, { size: 70_000 }))
    expect(zipEntries(bytes).every(({ isThere }) => isThere)).toBe(true)
    expect(zipEntries(bytes).length).toBeGreaterThan(0)
  })

  test('zip of more than four GiB says so in Zip64', async () => {
    const size = 5 * GiB
    let chunks: Uint8Array[] = []
    for await (const chunk of fakeFile('a.zip', { size }).stream()) chunks = [...chunks.slice(-3), chunk]
    const last = Buffer.concat(chunks)
    const locator = last.lastIndexOf('PK\x06\x07', undefined, 'latin1')
    const record = Number(last.readBigUInt64LE(locator + 8)) - (size - last.length)
    const directory = Number(last.readBigUInt64LE(record + 48)) - (size - last.length)
    expect(last.toString('latin1', record, record + 4)).toBe('PK\x06\x06')
    expect(last.toString('latin1', directory, directory + 4)).toBe('PK\x01\x02')
  })

  test('PDF leads from its end to its objects', async () => {
    for (const size of [432, 70_000]) {
      const text = Buffer.from(await bytesOf(fakeFile('a.pdf', { size }))).toString('latin1')
      const [, start] = /startxref\n(\d+)\n%%EOF\n$/.exec(text) ?? []
      const table = text.slice(Number(start))
      const offsets = [...table.matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset))
      expect(table.startsWith('xref\n0 5\n')).toBe(true)
      expect(offsets.map((offset) => text.slice(offset, offset + 7))).toEqual([
        '1 0 obj',
        '2 0 obj',
        '3 0 obj',
        '4 0 obj',
      ])
      const [, length, stream] = /\/Length (\d+) >>\nstream\n([^]*)\nendstream/.exec(text) ?? []
      expect(stream?.length).toBe(Number(length))
    }
  })

  test('WAV is as long as it says', async () => {
    const view = new DataView((await bytesOf(fakeFile('a.wav', { size: 5000 }))).buffer)
    expect([view.getUint32(4, true), view.getUint32(40, true)]).toEqual([4992, 4956])
  })
})

/** The entries of the central directory, and whether each is where it is said to be. */
function zipEntries(bytes: Uint8Array): { name: string; isThere: boolean }[] {
  const buffer = Buffer.from(bytes)
  const end = buffer.length - 22
  if (buffer.toString('latin1', end, end + 4) !== 'PK\x05\x06') throw new Error('It does not end as a ZIP does')
  let at = buffer.readUInt32LE(end + 16)
  return Array.from({ length: buffer.readUInt16LE(end + 10) }, () => {
    const length = buffer.readUInt16LE(at + 28)
    const name = buffer.toString('latin1', at + 46, at + 46 + length)
    const offset = buffer.readUInt32LE(at + 42)
    const isThere = buffer.toString('latin1', offset, offset + 30 + length).endsWith(name)
    at += 46 + length
    return { name, isThere }
  })
}
