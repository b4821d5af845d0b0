import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { ARCHIVES, DEFAULTS, IMAGES, SCRIPTS, TEXT } from '../media/extension-groups.ts'
import { ALL, allExcept } from '../media/extension-rule.ts'
import { someBytes } from '../receive/fixtures/form-body.ts'
import { openFilesIn } from '../file/fixtures/open-files.ts'
import { temporaryFolders } from '../receive/fixtures/temporary-folders.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import type { Storage } from '../storage/storage.ts'
import { isUploadError } from '../errors/upload-error.ts'
import { diskSet, everyFile, memorySet, read, textFile } from './fixtures/sets.ts'
import type { UploadSetOptions } from './upload-set-options.ts'
import { uploadSet } from './upload-set.ts'
import type { UploadSet } from './upload-set.ts'

const newFolder = temporaryFolders()

function newDiskSet(options: Partial<UploadSetOptions> = {}): { set: UploadSet<'test'>; folder: string } {
  const folder = newFolder()
  return { set: diskSet(folder, options), folder }
}

describe('which names a set takes', () => {
  test("by default, the extensions of Flask-Uploads' DEFAULTS", async () => {
    const set = memorySet()
    expect(set.extensions?.toSorted()).toEqual([...DEFAULTS].toSorted())
    expect(set.allows('a.txt')).toBe(true)
    expect(set.allows('a.exe')).toBe(false)
    await expect(set.save(textFile('a.exe'))).rejects.toMatchObject({
      code: 'type-not-allowed',
      status: 415,
      details: { filename: 'a.exe', extension: 'exe', allowed: set.extensions },
    })
  })

  test.each([
    ['Photo.JPG', true],
    ['a.php.jpg', true],
    ['a.php', false],
    ['evil.php ', false],
    ['evil.php.', false],
    ['evil.PHP', false],
    ['evil.p\u200Bhp', false],
    ['evil.php/', false],
    ['evil.jpg\0.php', false],
    ['evil.php\0.jpg', true],
    ['a.jpg ', true],
    ['jpg', false],
    ['.jpg', true],
    ['a.ＪＰＧ', false],
    ['README', false],
    ['', false],
  ])('%j, by the name that the file will have: %j', async (name, taken) => {
    const set = memorySet({ extensions: IMAGES })
    expect(set.allows(name)).toBe(taken)
    const code = await set.save(new Blob(['x']), { name: name === '' ? 'x' : name }).then(
      () => 'taken',
      (error: unknown) => (isUploadError(error) ? error.code : error),
    )
    expect(code).toBe(taken ? 'taken' : 'type-not-allowed')
  })

  test('ALL takes every file, also one without an extension', async () => {
    const set = memorySet({ extensions: ALL })
    expect(set.extensions).toBeUndefined()
    for (const name of ['a.exe', 'README', '.bashrc']) expect(set.allows(name)).toBe(true)
    expect((await set.save(textFile('README'))).key).toBe('README')
  })

  test('allExcept takes every other file, and compares extensions in any case', () => {
    const set = memorySet({ extensions: allExcept([...SCRIPTS, 'exe']) })
    expect(['a.exe', 'a.EXE', 'a.php', 'a.txt', 'README'].map((name) => set.allows(name))).toEqual([
      false,
      false,
      false,
      true,
      true,
    ])
  })

  test('allow adds, deny takes away and wins', () => {
    const set = memorySet({ extensions: TEXT, allow: [...ARCHIVES, 'exe'], deny: ['exe', 'zip'] })
    expect(['a.txt', 'a.gz', 'a.zip', 'a.exe'].map((name) => set.allows(name))).toEqual([true, true, false, false])
  })

  test.each(['a.png', 'a/b', '*', 'jpg,png'])('%j is not a valid extension, and a TypeError', (extension) => {
    expect(() => memorySet({ extensions: [extension] })).toThrow(TypeError)
  })
})

describe('the name of a stored file', () => {
  test("is the client's name, in the folder if one is given", async () => {
    const { set, folder } = newDiskSet()
    const stored = await set.save(textFile('Żółw na plaży.TXT'), { folder: 'users/7' })
    expect(stored.key).toBe('users/7/Żółw na plaży.TXT')
    expect(readFileSync(join(folder, 'users/7/Żółw na plaży.TXT'), 'utf8')).toBe('text')
  })

  test('becomes foo_1.txt or foo_2.txt if foo.txt is taken; nothing is overwritten', async () => {
    const { set, folder } = newDiskSet()
    writeFileSync(join(folder, 'foo.txt'), 'by hand')
    symlinkSync('/etc/hostname', join(folder, 'foo_1.txt'))
    mkdirSync(join(folder, 'foo_2.txt'))
    expect((await set.save(textFile('foo.txt'))).key).toBe('foo_3.txt')
    expect(readFileSync(join(folder, 'foo.txt'), 'utf8')).toBe('by hand')
  })

  test.each(['disk', 'memory'])('is different for each of twenty files of one name at once (%s)', async (kind) => {
    const set = kind === 'disk' ? newDiskSet().set : memorySet()
    const stored = await Promise.all(
      Array.from({ length: 20 }, (_, index) => set.save(textFile('foo.txt', `${index}`.repeat(1000)))),
    )
    const wanted = Array.from({ length: 20 }, (_, index) => (index === 0 ? 'foo.txt' : `foo_${index}.txt`))
    expect(stored.map(({ key }) => key).toSorted()).toEqual(wanted.toSorted())
    const contents = await Promise.all(stored.map(({ key }) => read(set, key)))
    expect(contents.map((bytes) => new TextDecoder().decode(bytes))).toEqual(
      stored.map((_, index) => `${index}`.repeat(1000)),
    )
  })

  test("is Werkzeug's with `werkzeug`, and a file is refused if that is empty", async () => {
    const set = memorySet({ naming: 'werkzeug', extensions: ALL })
    expect((await set.save(textFile('My cool movie.MOV'))).key).toBe('My_cool_movie.mov')
    expect(set.allows('日本')).toBe(false)
    await expect(set.save(textFile('日本'))).rejects.toMatchObject({
      code: 'invalid-name',
      status: 400,
      details: { filename: '日本' },
    })
  })

  test("is the client's in a folder of its own with `unique`", async () => {
    const set = memorySet({ naming: 'unique' })
    const [one, two] = await Promise.all([set.save(textFile('a.txt')), set.save(textFile('a.txt'), { folder: 'u' })])
    expect(one.key).toMatch(/^[0-9a-f]{32}\/a\.txt$/)
    expect(two.key).toMatch(/^u\/[0-9a-f]{32}\/a\.txt$/)
  })

  test('is the result of a naming function, which is made safe and checked', async () => {
    const set = memorySet({ naming: (filename) => `2026/x-${filename}\0` })
    expect((await set.save(textFile('../A.TXT'))).key).toBe('2026/x-A.TXT')
    const unsafe = memorySet({ naming: (filename) => `../../x-${filename}` })
    await expect(unsafe.save(textFile('A.TXT'))).rejects.toThrow(TypeError)
    const evil = memorySet({ naming: () => 'evil.php' })
    await expect(evil.save(textFile('A.TXT'))).rejects.toMatchObject({ code: 'type-not-allowed' })
  })

  test("is the one of the options, with the client's extension if it ends in a dot", async () => {
    const set = memorySet()
    const keys = ['avatar.', 'avatar.png', 'u/p.', 'v1.2.', 'plain', ''].map(async (name) => {
      const stored = await set.save(textFile('Cat.JPG'), { name })
      return stored.key
    })
    expect(await Promise.all(keys)).toEqual(['avatar.jpg', 'avatar.png', 'u/p.jpg', 'v1.2.jpg', 'plain', 'Cat.JPG'])
  })

  test.each(['evil.php', 'u/evil.php', 'evil.PHP ', 'evil.exe'])(
    'cannot be one of the options whose extension is not allowed: %j',
    async (name) => {
      const { set, folder } = newDiskSet()
      await expect(set.save(textFile('a.txt'), { name })).rejects.toMatchObject({ code: 'type-not-allowed' })
      await expect(set.save(textFile('a.exe'), { name: 'a.txt' })).rejects.toMatchObject({ code: 'type-not-allowed' })
      expect(everyFile(folder)).toEqual([])
    },
  )

  test('cannot be in a folder that is not safe: a TypeError, and no draft is opened', async () => {
    const { set, folder } = newDiskSet()
    for (const placement of [{ folder: '../x' }, { folder: '' }, { name: '../../e.' }]) {
      // oxlint-disable-next-line no-await-in-loop
      await expect(set.save(textFile('a.txt'), placement)).rejects.toThrow(TypeError)
    }
    expect(() => set.draft({ filename: 'a.txt' }, { key: '.a.txt' })).toThrow(
      expect.objectContaining({ code: 'invalid-key' }),
    )
    expect(everyFile(folder)).toEqual([])
    expect(openFilesIn(folder)).toEqual([])
    expect(readdirSync(dirname(folder))).not.toContain('x')
  })
})

describe('the type that is recorded if the name is trusted', () => {
  test.each([
    ['a.png', 'text/html', 'image/png'],
    ['a.madeup', 'application/x-mine; v=1', 'application/x-mine'],
    ['a.madeup', '', 'application/octet-stream'],
    ['a.madeup', 'nonsense', 'application/octet-stream'],
  ])('for %s with the claimed type %j is %s', async (name, type, recorded) => {
    const set = memorySet({ extensions: ALL })
    const stored = await set.save({ name, type, stream: () => new Blob(['x']).stream() })
    expect(stored.type).toBe(recorded)
    expect((await set.get(stored.key))?.type).toBe(recorded)
  })

  test('is that of the name in the storage, if that differs', async () => {
    const set = memorySet()
    expect((await set.save(textFile('a.png'), { name: 'b.txt' })).type).toBe('text/plain')
    expect((await set.save(textFile('a.png'), { name: 'plain' })).type).toBe('image/png')
  })
})

describe('afterwards', () => {
  test('a stored file is plain data, fit for a database', async () => {
    const set = memorySet()
    const stored = await set.save(textFile('Ä "1".txt'))
    expect(JSON.parse(JSON.stringify(stored))).toEqual(stored)
    expect(stored.filename).toBe('Ä "1".txt')
    expect(await set.get(stored.key)).toEqual(stored)
  })

  test('it can be opened, listed and deleted, by itself or by its key', async () => {
    const { set } = newDiskSet()
    const stored = await set.save(textFile('a.txt'))
    await set.save(textFile('b.txt'), { folder: 'sub' })
    const open = await set.open(stored)
    expect(open?.file).toEqual(stored)
    await open?.close()
    expect(new TextDecoder().decode(await read(set, 'a.txt'))).toBe('text')
    expect((await set.list()).files.map(({ key }) => key)).toEqual(['a.txt', 'sub/b.txt'])
    expect((await set.list({ folder: 'sub' })).files.map(({ key }) => key)).toEqual(['sub/b.txt'])
    expect(await set.delete(stored)).toBe(true)
    expect(await set.delete('a.txt')).toBe(false)
    expect(await set.open('a.txt')).toBeUndefined()
    expect(await set.get('a.txt')).toBeUndefined()
  })

  test('its bytes come at once if the storage has them in memory, and as a stream otherwise', async () => {
    const memory = memoryStorage()
    let bytes: Uint8Array | undefined = new Uint8Array([1, 2])
    const storage: Storage = {
      ...memory,
      createDraft: (options) => memory.createDraft(options),
      async open(key) {
        const file = await memory.open(key)
        if (file === undefined) return undefined
        const { entry } = file
        return { entry, stream: () => file.stream(), bytes: () => bytes, close: () => file.close() }
      },
    }
    const set = uploadSet('test', { storage })
    await set.save(textFile('a.txt'))
    expect((await set.open('a.txt'))?.bytes?.(0, 2)).toBe(bytes)
    bytes = undefined
    const open = (await set.open('a.txt')) ?? expect.unreachable()
    expect(open.bytes?.(0, 2)).toBeUndefined()
    expect(await text(open.stream())).toBe('text')
    const plain = await uploadSet('plain', { storage: memory }).open('a.txt')
    expect(plain?.bytes?.(0, 2)).toBeUndefined()
    await plain?.close()
  })

  test('a list goes on after the end of a page', async () => {
    const set = memorySet()
    for (const name of ['a.txt', 'b.txt', 'c.txt']) {
      // oxlint-disable-next-line no-await-in-loop
      await set.save(textFile(name))
    }
    const first = await set.list({ limit: 2 })
    expect(first.files.map(({ key }) => key)).toEqual(['a.txt', 'b.txt'])
    const second = await set.list({ limit: 2, ...(first.next !== undefined && { cursor: first.next }) })
    expect(second).toEqual({ files: [expect.objectContaining({ key: 'c.txt' })] })
  })

  test('files that were put into the folder by hand are stored files too', async () => {
    const { set, folder } = newDiskSet()
    mkdirSync(join(folder, 'sub'))
    writeFileSync(join(folder, 'sub', 'cat.png'), 'meow')
    expect(await set.get('sub/cat.png')).toMatchObject({ set: 'test', filename: 'cat.png', type: 'image/png', size: 4 })
  })

  test('nothing outside the folder can be reached', async () => {
    const { set, folder } = newDiskSet()
    writeFileSync(join(dirname(folder), 'secret.txt'), 'secret')
    for (const key of ['../secret.txt', '/etc/hostname', '.decant/format', 'a/../../secret.txt']) {
      // oxlint-disable-next-line no-await-in-loop
      expect([await set.get(key), await set.open(key), await set.delete(key)]).toEqual([undefined, undefined, false])
      expect(() => set.path(key)).toThrow(TypeError)
    }
  })

  test('url is where the set says that it is served, percent-encoded', () => {
    const set = memorySet({ url: 'https://files.example/photos/' })
    expect(set.url('a b/é?.txt')).toBe('https://files.example/photos/a%20b/%C3%A9%3F.txt')
    expect(memorySet({ url: '/' }).url('a.txt')).toBe('/a.txt')
    expect(() => memorySet().url('a.txt')).toThrow(/Give the upload set "test" a url/)
    expect(() => set.url('../a')).toThrow(TypeError)
  })

  test('path is where the file is, on a disk', async () => {
    const { set, folder } = newDiskSet()
    const stored = await set.save(textFile('a.txt'))
    expect(set.path(stored)).toBe(join(folder, 'a.txt'))
    expect(() => memorySet().path('a.txt')).toThrow(/kind "memory" has no paths/)
  })
})

describe('the name of a set', () => {
  test.each(['photos', 'Fotos-2', 'żółw', 'a_b', '1'])('may be %j', (name) => {
    expect(uploadSet(name, { storage: memoryStorage() }).name).toBe(name)
  })

  test.each(['', '_', '-a', 'a/b', 'a b', '.uploads', 'a.b', '%41', 'a\n'])('may not be %j', (name) => {
    expect(() => uploadSet(name, { storage: memoryStorage() })).toThrow(TypeError)
  })
})

describe('a draft', () => {
  test('is visible when it is published, and not before', async () => {
    const set = memorySet()
    const draft = set.draft({ filename: 'a.txt' })
    await draft.append(someBytes(10))
    expect(draft.size).toBe(10)
    await expect(draft.publish()).rejects.toThrow(/Seal the draft/)
    await draft.seal()
    expect((await set.list()).files).toEqual([])
    expect((await draft.publish()).key).toBe('a.txt')
    await draft.discard()
    expect((await set.list()).files).toHaveLength(1)
  })

  test('for one certain key gets that one or is refused', async () => {
    const { set, folder } = newDiskSet()
    const publish = async (content: string) => {
      const draft = set.draft({ filename: 'a.txt' }, { key: 'sub/a.txt' })
      try {
        await draft.append(new TextEncoder().encode(content))
        await draft.seal()
        return await draft.publish()
      } finally {
        await draft.discard()
      }
    }
    expect((await publish('one')).key).toBe('sub/a.txt')
    await expect(publish('two')).rejects.toMatchObject({
      code: 'name-taken',
      status: 409,
      details: { key: 'sub/a.txt' },
    })
    expect(readFileSync(join(folder, 'sub/a.txt'), 'utf8')).toBe('one')
    expect(everyFile(folder)).toEqual(['sub/a.txt'])
  })
})
