import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { UploadError } from '../errors/upload-error.ts'
import { toIncoming } from '../http/to-incoming.ts'
import type { InputPlacement, InputPlaceRequest } from '../policy/file-input.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { file, formRequest } from '../receive/fixtures/form-body.ts'
import { PLACES } from './fixtures/places.ts'
import { PNG } from './fixtures/png.ts'
import { list } from './form-shape.ts'
import { uploadForm } from './upload-form.ts'

const keep = { secret: 's'.repeat(32) }

describe.each(PLACES)('the place of a file input, in %s,', (_, open) => {
  function placedForm(placement: InputPlacement) {
    const { storage, contents } = open()
    const photos = uploadSet('photos', { storage, extensions: ['png'] })
    const shape = { title: z.string().max(3), cover: photos.optional(placement) }
    return { form: uploadForm(shape, { keep }), photos, contents }
  }

  const cover = [{ name: 'title', value: 'Hi' }, file('cover', 'Cat.png', PNG)]

  test('may depend on the file, the field, the request and the scope', async () => {
    const { storage } = open()
    const photos = uploadSet('photos', { storage, extensions: ['png'] })
    const asked: InputPlaceRequest[] = []
    const place = (question: InputPlaceRequest): { folder: string; name: string } => {
      asked.push(question)
      return { folder: `of/${question.scope ?? 'none'}`, name: `${question.field.length}-${question.filename}` }
    }
    const form = uploadForm({
      one: photos.one({ place }),
      many: photos.many({ max: 2, place }),
      items: list({ photo: photos.one({ place }) }),
    })
    const request = await formRequest([
      file('one', 'a.png', PNG),
      file('many', 'b.png', PNG),
      file('many[]', 'c.png', PNG),
      file('items[0].photo', '../d.png', PNG),
    ])
    const { one, many, items } = await form.receive(request, { scope: 'ann' })
    expect([one, ...many, ...items.map(({ photo }) => photo)].map(({ key }) => key)).toEqual([
      'of/ann/3-a.png',
      'of/ann/4-b.png',
      'of/ann/4-c.png',
      'of/ann/d.png',
    ])
    expect(asked.map(({ field }) => field)).toEqual(['one', 'many', 'many', 'items[0].photo'])
    expect(asked.every((question) => question.request === request && question.scope === 'ann')).toBe(true)
  })

  test('is asked with the request of the framework if a handler takes the form', async () => {
    const native = { user: 'ann' }
    const { form } = placedForm({ place: ({ request }) => ({ folder: request === native ? 'ann' : 'none' }) })
    const incoming = { ...toIncoming(await formRequest(cover)), native }
    const result = await form.take(incoming, (data) => data.cover?.key)
    expect(result.ok && result.value).toBe('ann/Cat.png')
  })

  test('is asked again for a kept file, by its name', async () => {
    let folder = 'first'
    const { form } = placedForm({ place: ({ filename }) => ({ folder: `${folder}/${filename.length}` }) })
    const refused = await form.attempt(await formRequest([{ name: 'title', value: 'long' }, ...cover.slice(1)]))
    if (refused.ok || refused.kept === undefined) return expect.unreachable()
    folder = 'second'
    const result = await form.receive(await formRequest([{ name: 'title', value: 'Hi' }, refused.kept.field]))
    expect(result.cover?.key).toBe('second/7/Cat.png')
  })

  test('leaves a kept file for the next try if its function fails', async () => {
    let user: { id: string } | undefined = { id: 'ann' }
    const { form } = placedForm({ place: () => ({ folder: user?.id ?? expect.unreachable('no user') }) })
    const refused = await form.attempt(await formRequest([{ name: 'title', value: 'long' }, ...cover.slice(1)]))
    if (refused.ok || refused.kept === undefined) return expect.unreachable()
    const again = async (): Promise<Request> =>
      formRequest([{ name: 'title', value: 'Hi' }, ...(refused.kept === undefined ? [] : [refused.kept.field])])
    user = undefined
    await expect(form.receive(await again())).rejects.toThrow('no user')
    user = { id: 'bob' }
    expect((await form.receive(await again())).cover?.key).toBe('bob/Cat.png')
  })

  test('is the root of the set for an empty object', async () => {
    const { form } = placedForm({ place: () => ({}) })
    expect((await form.receive(await formRequest(cover))).cover?.key).toBe('Cat.png')
  })

  test('may refuse a file at its input', async () => {
    const { form, contents } = placedForm({
      place({ filename }) {
        throw new UploadError('content-refused', { filename, reason: 'you have too many' })
      },
    })
    const result = await form.attempt(await formRequest(cover))
    expect(!result.ok && result.errors.get('cover')?.code).toBe('content-refused')
    expect(await contents()).toEqual([])
  })

  test.each<[string, () => unknown, string]>([
    ['nothing', () => undefined, 'The options of the result of "place" for "cover" must be an object; got undefined.'],
    ['a text', () => 'folder', 'must be an object; got "folder".'],
    [
      'a folder that is undefined',
      () => ({ folder: undefined }),
      '"folder" in the result of "place" for "cover" is undefined.',
    ],
    ['a folder that is empty', () => ({ folder: '' }), 'Leave it out if you mean the default.'],
    [
      'a folder that is a number',
      () => ({ folder: 7 }),
      '"folder" of the result of "place" for "cover" must be a string; got 7.',
    ],
    [
      'a folder that is not safe',
      () => ({ folder: '../x' }),
      '"../x" is not a safe folder. Use folderOf(id) for an id',
    ],
    ['a key', () => ({ key: 'a.png' }), '"key" is not an option of the result of "place" for "cover".'],
    ['a misspelt folder', () => ({ foldr: 'a' }), 'Did you mean "folder"?'],
    ['a promise', async () => ({ folder: 'a' }), 'the result of "place" for "cover" is a promise.'],
    [
      'a promise that fails',
      () => Promise.reject(new Error('the database is down')),
      'the result of "place" for "cover" is a promise.',
    ],
  ])('is a TypeError that says what to do if it is %s, and nothing is left', async (_kind, place, message) => {
    // @ts-expect-error JavaScript may pass anything.
    const { form, contents } = placedForm({ place })
    const receiving = form.receive(await formRequest(cover))
    await expect(receiving).rejects.toThrow(message)
    await expect(receiving).rejects.toBeInstanceOf(TypeError)
    expect(await contents()).toEqual([])
  })

  test('is either a function or a folder, a name or a key', () => {
    const place = (): { folder: string } => ({ folder: 'a' })
    const photos = uploadSet('photos', { storage: open().storage })
    for (const other of [{ folder: 'b' }, { name: 'b' }, { key: 'b' }]) {
      expect(() => photos.one({ place, ...other })).toThrow(
        '"place" of one chooses the folder and the name. Leave "folder", "name" and "key" out.',
      )
      expect(() => photos.optional({ place, ...other })).toThrow(TypeError)
      expect(() => photos.many({ place, ...other })).toThrow(TypeError)
    }
  })
})
