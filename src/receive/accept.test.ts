import { afterEach, describe, expect, test } from 'vitest'
import { PROCESS_MEMORY } from '../budget/process-memory.ts'
import { UploadError } from '../errors/upload-error.ts'
import { openFilesIn } from '../file/fixtures/open-files.ts'
import { IMAGES } from '../media/extension-groups.ts'
import { ALL } from '../media/extension-rule.ts'
import type { CheckedUpload } from '../policy/check.ts'
import { diskSet, everyFile, memorySet } from '../policy/fixtures/sets.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { fakeFile } from '../testing/fake-file.ts'
import { failingStorage } from '../testing/failing-storage.ts'
import { collect } from './fixtures/collect.ts'
import { file, formBody, formRequest, someBytes } from './fixtures/form-body.ts'
import { nodeServer } from './fixtures/node-server.ts'
import { temporaryFolders } from './fixtures/temporary-folders.ts'
import { receive } from './receive.ts'

const newFolder = temporaryFolders()
const HTML = '<!doctype html><script>alert(1)</script>'
const PNG = await fakeFile('a.png').bytes()
const ABC_DIGEST = 'sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:'

afterEach(() => {
  if (PROCESS_MEMORY.used !== 0) throw new Error(`${PROCESS_MEMORY.used} bytes of memory still count.`)
})

describe('a form whose files a set accepts', () => {
  test('gives each file with the type that its content proves; the claim stays in the headers', async () => {
    const images = memorySet({ extensions: IMAGES, content: 'verify' })
    const request = await formRequest([file('a', 'cat.jpg', PNG, 'text/html'), file('b', '', '')])
    await using upload = await receive(request, { accept: images })
    const cat = upload.files.required('a')
    expect([cat.name, cat.type, cat.headers.get('content-type')]).toEqual(['cat.jpg', 'image/png', 'text/html'])
    expect(cat.digest).toBeUndefined()
    expect(upload.files.get('b')?.name).toBe('')
    expect((await images.list()).files).toEqual([])
  })

  test('gives the digest of each file if the set asks for one', async () => {
    await using upload = await receive(await formRequest([file('a', 'a.txt', 'abc')]), {
      accept: memorySet({ digest: 'sha-256' }),
    })
    expect(upload.files.required('a').digest).toBe(ABC_DIGEST)
  })

  test('writes nothing into the storage of the set', async () => {
    const steps = { append: 1, seal: 1, publish: 1, stat: 1, open: 1 }
    const set = memorySet({ storage: failingStorage(memoryStorage(), steps), checks: [() => {}] })
    await using upload = await receive(await formRequest([file('a', 'a.txt', 'abc')]), { accept: set })
    expect(await upload.files.required('a').text()).toBe('abc')
    const folder = newFolder()
    await using other = await receive(await formRequest([file('a', 'a.txt', 'abc')]), { accept: diskSet(folder) })
    expect([other.files.size, everyFile(folder)]).toEqual([1, []])
  })

  test.each([
    ['its extension', file('doc', 'b.exe', 'x'), 'type-not-allowed', {}],
    ['its size', file('doc', 'b.txt', 600_001), 'file-too-large', { maxFileSize: 600_000 }],
    ['its missing bytes', file('doc', 'b.txt', ''), 'file-too-small', { minFileSize: 1 }],
    ['its content', file('doc', 'b.png', HTML), 'type-mismatch', { content: 'verify' }],
    ['its name', file('doc', '日本', 'x'), 'invalid-name', { naming: 'werkzeug', extensions: ALL }],
    ['a check', file('doc', 'b.txt', 'x'), 'content-refused', { checks: [refusing] }],
  ] as const)('is refused if one file is refused for %s, and nothing is left', async (_, part, code, options) => {
    const temporaryFolder = newFolder()
    const request = await formRequest([file('first', 'a.txt', 550_000), part])
    const refusal = receive(request, { accept: memorySet(options), temporaryFolder })
    await expect(refusal).rejects.toMatchObject({ code, details: { filename: part.filename, field: 'doc' } })
    expect([openFilesIn(temporaryFolder), PROCESS_MEMORY.used]).toEqual([[], 0])
  })

  test('lets checks read each whole file, in memory and on the disk', async () => {
    const seen: string[] = []
    const check = async ({ filename, size, stream }: CheckedUpload): Promise<void> => {
      const [first, second] = [Buffer.from(await collect(stream())), Buffer.from(await collect(stream()))]
      const isWhole = first.equals(someBytes(size)) && second.equals(first)
      seen.push(`${filename} ${size} ${isWhole ? 'whole' : 'broken'}`)
    }
    const request = await formRequest([file('a', 'a.txt', 1000), file('b', 'b.txt', 700_000), file('c', 'c.txt', 10)])
    await using upload = await receive(request, { accept: memorySet({ checks: [check] }) })
    expect(upload.files.size).toBe(3)
    expect(seen.toSorted()).toEqual(['a.txt 1000 whole', 'b.txt 700000 whole', 'c.txt 10 whole'])
  })

  test('ends with the reason if its signal aborts while a check runs', async () => {
    const controller = new AbortController()
    const begun = Promise.withResolvers<void>()
    const end = Promise.withResolvers<void>()
    const check = async ({ stream }: CheckedUpload): Promise<void> => {
      begun.resolve()
      await end.promise
      await collect(stream())
    }
    const request = await formRequest([file('a', 'a.txt', 'abc')])
    const receiving = receive(request, { accept: memorySet({ checks: [check] }), signal: controller.signal })
    receiving.catch(() => {})
    await begun.promise
    controller.abort(new Error('the reason'))
    end.resolve()
    await expect(receiving).rejects.toThrow('the reason')
  })

  test('is refused before the rest of it is read, and the client gets the answer (node:http)', async () => {
    const images = memorySet({ extensions: IMAGES, content: 'verify' })
    await using server = await nodeServer(async (request) => {
      await using upload = await receive(request, { accept: images })
      return upload.files.values().map(({ type }) => type)
    })
    const send = async (filename: string, bytes: Uint8Array): Promise<[number, string]> => {
      const form = await formBody([file('photo', filename, bytes), file('more', 'b.png', someBytes(1_000_000))])
      const init = { method: 'POST', headers: { 'content-type': form.contentType }, body: form.bytes }
      const response = await fetch(server.origin, init)
      return [response.status, await response.text()]
    }
    const html = new TextEncoder().encode(HTML)
    expect(await send('a.png', html)).toEqual([415, expect.stringContaining('it is text/html')])
    expect(await send('a.html', html)).toEqual([415, expect.stringContaining('.html files are not accepted here')])
  })
})

describe('the limits of a form whose files sets accept', () => {
  test('are those of the sets by default: larger files than usual, and fewer', async () => {
    const large = memorySet({ maxFileSize: 33 * 1024 ** 2, maxFiles: 1 })
    await using upload = await receive(await formRequest([file('a', 'a.txt', 32 * 1024 ** 2 + 1)]), { accept: large })
    expect(upload.files.size).toBe(1)
    const two = await formRequest([file('a', 'a.txt', 'a'), file('b', 'b.txt', 'b')])
    await expect(receive(two, { accept: large })).rejects.toMatchObject({
      code: 'too-many-files',
      details: { limit: 1 },
    })
  })

  test('can be lower than those of the sets, and never raise them', async () => {
    const form = () => formRequest([file('a', 'a.txt', 101)])
    const set = memorySet({ maxFileSize: 100 })
    for (const [accept, maxFileSize] of [
      [set, 1000],
      [memorySet(), 100],
    ] as const) {
      const refusal = receive(await form(), { accept, maxFileSize })
      await expect(refusal).rejects.toMatchObject({ code: 'file-too-large', details: { limit: 100, field: 'a' } })
    }
  })

  test('are told for each field if the whole form is too large', async () => {
    const accept = { a: memorySet({ maxFileSize: 50, maxFiles: 1 }), b: memorySet({ maxFiles: 2 }) }
    const refusal = receive(await formRequest([file('b', 'b.txt', 1000)]), {
      accept,
      maxBodySize: 500,
      maxFileSize: 60,
    })
    await expect(refusal).rejects.toMatchObject({
      code: 'body-too-large',
      details: {
        limits: [
          { field: 'a', maxFileSize: 50, maxFiles: 1 },
          { field: 'b', maxFileSize: 60, maxFiles: 2 },
        ],
      },
    })
  })
})

describe('a set for each field', () => {
  const images = memorySet({ extensions: IMAGES, content: 'verify', maxFiles: 1 })
  const documents = memorySet({ extensions: ['txt'], maxFiles: 2 })
  const accept = { avatar: images, docs: documents, more: documents }

  test('judges the files of its field', async () => {
    const parts = [file('avatar', 'a.png', PNG), file('docs', 'a.txt', 'a'), file('more', 'b.txt', 'b')]
    await using upload = await receive(await formRequest(parts), { accept })
    expect(upload.files.values().map(({ type }) => type)).toEqual(['image/png', 'text/plain', 'text/plain'])
    await expect(receive(await formRequest([file('docs', 'a.png', PNG)]), { accept })).rejects.toMatchObject({
      code: 'type-not-allowed',
      details: { field: 'docs', allowed: ['txt'] },
    })
  })

  test('counts its files, also if it has several fields', async () => {
    const texts = [file('docs', 'a.txt', 'a'), file('more', 'b.txt', 'b'), file('more', 'c.txt', 'c')]
    await expect(receive(await formRequest(texts), { accept })).rejects.toMatchObject({
      code: 'too-many-files',
      details: { limit: 2, field: 'more' },
    })
  })

  test.each(['other', '__proto__', 'constructor', 'x'.repeat(1000)])(
    'leaves no way in for a file in a field that is not declared: %s',
    async (field) => {
      const told = field.length > 100 ? `${'x'.repeat(100)}…` : field
      await expect(receive(await formRequest([file(field, 'a.txt', 'a')]), { accept })).rejects.toMatchObject({
        code: 'invalid-form',
        details: { errors: [{ field: told, code: 'unknown-field' }] },
      })
    },
  )

  test('allows an undeclared file input in which no file was chosen', async () => {
    await using upload = await receive(await formRequest([file('other', '', ''), { name: 'title', value: 'x' }]), {
      accept,
    })
    expect([upload.files.get('other')?.name, upload.fields.get('title')]).toEqual(['', 'x'])
  })
})

test.each([
  ['a word', 'images', 'got "images"'],
  ['nothing', null, 'got null'],
  ['an object without sets', {}, 'got'],
  ['an object with another value', { avatar: ['png'] }, 'for "avatar"'],
])('accept is a set or an object of sets, and not %s', async (_, accept, told) => {
  const request = await formRequest([])
  const options: object = { accept }
  await expect(receive(request, options)).rejects.toThrow(TypeError)
  await expect(receive(request, options)).rejects.toThrow('"accept" of receive must be an upload set, or an object')
  await expect(receive(request, options)).rejects.toThrow(told)
})

function refusing({ filename }: CheckedUpload): never {
  throw new UploadError('content-refused', { filename, reason: 'it is dull' })
}
