import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UploadError } from '../errors/upload-error.ts'
import { IMAGES } from '../media/extension-groups.ts'
import { ALL } from '../media/extension-rule.ts'
import { zip } from '../media/fixtures/heads.ts'
import type { Check, CheckedUpload } from './check.ts'
import { diskSet, everyFile, memorySet } from './fixtures/sets.ts'

const PNG = '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0'
const VERIFY = { content: 'verify' } as const
const HTML = '<!doctype html><script>alert(1)</script>'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'decant-inspection-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: string, type = ''): File {
  return new File([Buffer.from(content, 'latin1')], name, { type })
}

describe('the content of a file', () => {
  const set = () => diskSet(folder, { content: 'verify', extensions: ALL })

  test.each([
    ['an HTML page called a PNG', 'cat.png', HTML, 'text/html'],
    ['a program called a PDF', 'bill.pdf', '\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0', 'application/x-elf'],
    ['a PNG called text', 'notes.txt', PNG, 'image/png'],
    ['an SVG called a film', 'film.mp4', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml'],
  ])('has to agree with its name: %s is refused, and nothing is kept', async (_, name, content, found) => {
    await expect(set().save(file(name, content))).rejects.toMatchObject({
      code: 'type-mismatch',
      status: 415,
      details: { filename: name, found },
    })
    expect(everyFile(folder)).toEqual([])
  })

  test.each([
    ['cat.PNG', PNG, 'text/html', 'image/png'],
    ['page.txt', HTML, 'text/html', 'text/plain'],
    ['page.html', HTML, 'text/plain', 'text/html'],
    ['cat.jpg', '', 'image/jpeg', 'image/jpeg'],
    ['data.xyz', 'some text', 'text/html', 'application/octet-stream'],
    ['data.svgx', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/png', 'image/svg+xml'],
    ['photo.jpg', PNG, 'image/jpeg', 'image/png'],
  ])('decides the recorded type, not the claimed type: %s', async (name, content, claimed, recorded) => {
    const stored = await set().save(file(name, content, claimed))
    expect(stored.type).toBe(recorded)
    expect((await set().get(stored.key))?.type).toBe(recorded)
  })

  test('is compared with the name that the file will have', async () => {
    await expect(set().save(file('cat.png', PNG), { name: 'cat.pdf' })).rejects.toMatchObject({ code: 'type-mismatch' })
    expect(await set().save(file('cat.png', PNG), { name: 'avatar.' })).toMatchObject({ key: 'avatar.png' })
  })

  test('may be another format of its kind, if the set takes that under its own name too', async () => {
    const images = diskSet(folder, { ...VERIFY, extensions: IMAGES })
    const stored = await images.save(file('photo.jpg', PNG))
    expect(stored).toMatchObject({ key: 'photo.jpg', filename: 'photo.jpg', type: 'image/png' })
    const refused = { code: 'type-mismatch', details: { found: 'image/png' } }
    for (const narrow of [
      diskSet(folder, { ...VERIFY, extensions: ['jpg'] }),
      diskSet(folder, { ...VERIFY, extensions: IMAGES, deny: ['png'] }),
    ]) {
      await expect(narrow.save(file('photo.jpg', PNG))).rejects.toMatchObject(refused)
    }
    await expect(
      diskSet(folder, { extensions: IMAGES, content: 'exact' }).save(file('photo.jpg', PNG)),
    ).rejects.toMatchObject({ ...refused, details: { suggestion: 'photo.png' } })
  })

  test.each([
    ['bill.pdf', PNG, {}, 'it is image/png. Call it "bill.png", or choose another file.'],
    ['bill.pdf', PNG, { extensions: ['pdf'] }, 'it is image/png. Choose another file.'],
    ['my.bill.PDF', HTML, {}, 'it is text/html. Call it "my.bill.html", or choose another file.'],
    ['bill.pdf', '\0', {}, 'it does not begin as .pdf files do. Choose another file.'],
    ['page.html', `${HTML}\0`, {}, 'it has a NUL byte, so it is not text. Choose another file.'],
  ])('gets a true sentence if it is refused: %s (%#)', async (name, content, policy, sentence) => {
    const error: unknown = await diskSet(folder, { ...VERIFY, extensions: ALL, ...policy })
      .save(file(name, content))
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(UploadError)
    expect(error).toMatchObject({ message: `"${name}" is not what its name says: ${sentence}` })
  })

  test('gets no suggested name if the application chose the name, since the client cannot change it', async () => {
    const error: unknown = await set()
      .save(file('cat.png', PNG), { name: 'cat.pdf' })
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ details: { extension: 'pdf', found: 'image/png' } })
    expect(error).not.toMatchObject({ details: { suggestion: expect.anything() } })
  })

  test('is known by its own bytes, also if many files come at once and one after the other', async () => {
    const uploads = set()
    const kinds = [
      ['png', PNG, 'image/png'],
      ['pdf', '%PDF-1.7\n%\xe2\xe3', 'application/pdf'],
      ['gif', 'GIF89a\x01\0\x01\0', 'image/gif'],
      ['zip', 'PK\x05\x06', 'application/zip'],
      ['txt', 'text', 'text/plain'],
    ] as const
    for (let round = 0; round < 3; round++) {
      const drafts = kinds.map(([extension, content, type]) => ({
        draft: uploads.draft({ filename: `${round}.${extension}` }),
        bytes: Buffer.from(content, 'latin1'),
        type,
      }))
      for (let at = 0; at < PNG.length; at++) {
        for (const { draft, bytes } of drafts) await draft.append(bytes.subarray(at, at + 1))
      }
      await Promise.all(drafts.map(({ draft }) => draft.seal()))
      const files = await Promise.all(drafts.map(({ draft }) => draft.publish()))
      expect(files.map(({ type }) => type)).toEqual(drafts.map(({ type }) => type))
    }
  })

  test('is known by its own bytes, also if other files come in between', async () => {
    const uploads = memorySet({ content: 'verify', extensions: ALL })
    const other = new Uint8Array(5000).fill(0x20)
    for (let after = 0; after < 40; after++) {
      const draft = uploads.draft({ filename: 'report.docx' })
      await draft.append(zip({ 'word/document.xml': '<document/>', 'docProps/app.xml': '<app/>' }))
      const sealing = draft.seal()
      // Its inspection may be at any point by then.
      for (let step = 0; step < after; step++) await Promise.resolve()
      await uploads.draft({ filename: 'other.txt' }).append(other)
      await sealing
      expect((await draft.publish()).type).toMatch(/wordprocessingml/)
    }
  })

  test('is known by its first bytes, also if they come one by one', async () => {
    const pieces = async function* (content: string): AsyncGenerator<Uint8Array> {
      for (const byte of Buffer.from(content.padEnd(6000, ' '), 'latin1')) yield Uint8Array.of(byte)
    }
    await expect(set().save(pieces(HTML), { name: 'cat.png' })).rejects.toMatchObject({ code: 'type-mismatch' })
    expect(await set().save(pieces(PNG), { name: 'cat.png' })).toMatchObject({ type: 'image/png', size: 6000 })
  })

  test('is not checked in a set that trusts names', async () => {
    const trusting = diskSet(folder, { content: 'trust' })
    expect(await trusting.save(file('cat.png', HTML, 'text/html'))).toMatchObject({ type: 'image/png' })
  })
})

describe('a check', () => {
  const refusal = new UploadError('content-refused', { filename: 'a.txt', reason: 'it is dull' })

  test('sees the whole file before other readers do, with the name, type and size of its record', async () => {
    const seen: Pick<CheckedUpload, 'filename' | 'type' | 'size'>[] = []
    const digests: string[] = []
    const look: Check = async ({ filename, type, size, stream }) => {
      // Twice, since the next check may read it again.
      for (let time = 0; time < 2; time++) {
        const hash = createHash('sha256')
        for await (const chunk of stream()) hash.update(chunk)
        digests.push(hash.digest('hex'))
      }
      seen.push({ filename, type, size })
      expect(everyFile(folder).filter((name) => !name.startsWith('.decant/'))).toEqual([])
    }
    const set = diskSet(folder, { content: 'verify', checks: [look] })
    await set.save(file('../a.txt', 'x'.repeat(300_000), 'text/html'))

    expect(seen).toEqual([{ filename: '../a.txt', type: 'text/plain', size: 300_000 }])
    const digest = createHash('sha256').update('x'.repeat(300_000)).digest('hex')
    expect(digests).toEqual([digest, digest])
    expect(everyFile(folder)).toEqual(['a.txt'])
  })

  test.each([
    [
      'throws',
      () => {
        throw refusal
      },
    ],
    ['rejects', () => Promise.reject(refusal)],
  ])('that %s refuses the file, and nothing is kept', async (_, check: Check) => {
    const set = diskSet(folder, { checks: [check] })
    await expect(set.save(file('a.txt', 'x'))).rejects.toBe(refusal)
    expect(everyFile(folder)).toEqual([])
  })

  test('that fails with another error refuses the file too', async () => {
    const set = diskSet(folder, {
      checks: [
        () => {
          throw new RangeError('broken')
        },
      ],
    })
    await expect(set.save(file('a.txt', 'x'))).rejects.toThrow('broken')
    expect(everyFile(folder)).toEqual([])
  })

  test('runs after those before it, and does not run if one of them has refused', async () => {
    const ran: string[] = []
    const first: Check = async () => {
      await new Promise(setImmediate)
      ran.push('first')
    }
    const second: Check = () => {
      ran.push('second')
      throw refusal
    }
    const third: Check = () => void ran.push('third')
    await expect(diskSet(folder, { checks: [first, second, third] }).save(file('a.txt', 'x'))).rejects.toBe(refusal)
    expect(ran).toEqual(['first', 'second'])
  })

  test('is not called for a file whose type is refused', async () => {
    let asked = false
    const set = diskSet(folder, { content: 'verify', checks: [() => void (asked = true)] })
    await expect(set.save(file('cat.png', HTML))).rejects.toMatchObject({ code: 'type-mismatch' })
    expect(asked).toBe(false)
  })
})
