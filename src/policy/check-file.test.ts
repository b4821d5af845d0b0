import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UploadError } from '../errors/upload-error.ts'
import { IMAGES } from '../media/extension-groups.ts'
import { collect } from '../receive/fixtures/collect.ts'
import { file, formRequest } from '../receive/fixtures/form-body.ts'
import { parts } from '../receive/parts.ts'
import { receive } from '../receive/receive.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { fakeFile } from '../testing/fake-file.ts'
import { failingStorage } from '../testing/failing-storage.ts'
import type { Check } from './check.ts'
import { diskSet, everyFile, memorySet, textFile } from './fixtures/sets.ts'
import type { SaveSource } from './file-source.ts'

const ABC_DIGEST = 'sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:'
const abc = (): Uint8Array<ArrayBuffer> => new TextEncoder().encode('abc')

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'decant-check-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function* stream(): AsyncGenerator<Uint8Array> {
  yield abc()
}

describe('check', () => {
  test('tells the proven type, the size and the digest of a file, and stores nothing', async () => {
    const images = diskSet(folder, { extensions: IMAGES, content: 'verify', digest: 'sha-256' })
    const png = await fakeFile('a.png').bytes()
    expect(await images.check(new File([png], 'Cat.JPG', { type: 'text/html' }))).toEqual({
      filename: 'Cat.JPG',
      type: 'image/png',
      size: png.length,
      digest: expect.stringMatching(/^sha-256=:/),
    })
    expect(everyFile(folder)).toEqual([])
  })

  const sources: readonly (readonly [string, () => SaveSource])[] = [
    ['a File', () => textFile('a.txt', 'abc')],
    ['a Blob', () => new Blob(['abc'])],
    ['bytes', abc],
    ['a generator', stream],
    ['a ReadableStream', () => new Blob(['abc']).stream()],
  ]
  const lists: readonly (readonly [string, number])[] = [
    ['without checks', 0],
    ['with checks', 2],
  ]
  const cases = sources.flatMap(([kind, source]) => lists.map(([how, count]) => [kind, how, source, count] as const))

  test.each(cases)('takes %s (%s), and keeps nothing', async (_, _how, source, count) => {
    const seen: string[] = []
    const check: Check = async (upload) => void seen.push(Buffer.from(await collect(upload.stream())).toString())
    const set = diskSet(folder, { checks: Array.from({ length: count }, () => check), digest: 'sha-256' })
    const options = source() instanceof File ? {} : { name: 'a.txt' }
    expect(await set.check(source(), options)).toEqual({
      filename: 'a.txt',
      type: 'text/plain',
      size: 3,
      digest: ABC_DIGEST,
    })
    expect(seen).toEqual(Array.from({ length: count }, () => 'abc'))
    expect(everyFile(folder)).toEqual([])
  })

  test('takes a file of receive, which can be saved afterwards, and a part of parts', async () => {
    const seen: number[] = []
    const set = memorySet({ checks: [async (upload) => void seen.push((await collect(upload.stream())).length)] })
    await using upload = await receive(await formRequest([file('a', 'a.txt', 600_000)]))
    const large = upload.files.required('a')
    expect(await set.check(large)).toMatchObject({ size: 600_000 })
    expect(await set.save(large)).toMatchObject({ size: 600_000 })
    for await (const part of parts(await formRequest([file('a', 'a.txt', 'abc')]))) {
      if (part.kind === 'file') expect(await set.check(part)).toMatchObject({ size: 3 })
    }
    expect(seen).toEqual([600_000, 600_000, 3])
  })

  test('needs no storage for a file that can be read again', async () => {
    const steps = { append: 1, seal: 1, stat: 1 }
    const set = memorySet({ storage: failingStorage(memoryStorage(), steps), checks: [() => {}] })
    expect(await set.check(textFile('a.txt', 'abc'))).toMatchObject({ size: 3 })
  })

  test.each([
    ['type-not-allowed', 'a.exe', 'x', {}],
    ['file-too-large', 'a.txt', 'abcd', { maxFileSize: 3 }],
    ['file-too-small', 'a.txt', '', { minFileSize: 1 }],
    ['type-mismatch', 'a.png', '<!doctype html>', { content: 'verify' }],
    ['invalid-name', '日本', 'x', { naming: 'werkzeug', extensions: [''] }],
    ['content-refused', 'a.txt', 'x', { checks: [refusing] }],
    ['no-file-selected', '', '', {}],
  ] as const)('rejects with the refusal of the set: %s', async (code, name, text, options) => {
    const set = diskSet(folder, options)
    await expect(set.check(textFile(name, text))).rejects.toMatchObject({ code })
    if (name !== '') {
      await expect(set.check(new Blob([text]).stream(), { name })).rejects.toMatchObject({ code })
    }
    expect(everyFile(folder)).toEqual([])
  })

  test('judges the name that the file would get', async () => {
    const set = memorySet({ extensions: IMAGES, content: 'verify' })
    const cat = fakeFile('cat.png')
    await expect(set.check(cat, { name: 'cat.exe' })).rejects.toMatchObject({ code: 'type-not-allowed' })
    await expect(set.check(cat, { name: 'cat.jpg' })).resolves.toMatchObject({ type: 'image/png' })
  })

  test('stops at its signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(memorySet().check(textFile('a.txt'), { signal })).rejects.toThrow('enough')
  })

  test.each([
    ['a source without a name', () => memorySet().check(new Blob(['a'])), 'Write check(source, { name }).'],
    ['a misspelt option', () => memorySet().check(textFile('a.txt'), misspelt()), 'Did you mean "name"?'],
    ['a path', () => memorySet().check(path()), 'cannot be checked'],
  ])('is a TypeError for %s', async (_, call, told) => {
    await expect(call()).rejects.toThrow(TypeError)
    await expect(call()).rejects.toThrow(told)
  })
})

function misspelt(): object {
  return { nam: 'a.txt' }
}

function path(): SaveSource {
  return JSON.parse('{ "path": "/etc/passwd" }')
}

function refusing({ filename }: { readonly filename: string }): never {
  throw new UploadError('content-refused', { filename, reason: 'it is dull' })
}
