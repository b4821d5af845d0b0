import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { FormError } from '../errors/upload-error-details.ts'
import type { UploadError } from '../errors/upload-error.ts'
import type { InputPlaceRequest } from '../policy/file-input.ts'
import { uploadSet } from '../policy/upload-set.ts'
import type { MultiMap } from '../receive/multi-map.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { FieldName } from './form-labels.ts'
import { list } from './form-shape.ts'
import type { FormOutput, FormShape } from './form-shape.ts'
import { json } from './json-field.ts'
import type { JsonField } from './json-field.ts'
import type { KeptFiles } from './kept-files.ts'
import { uploadForm } from './upload-form.ts'
import type { UploadForm } from './upload-form.ts'

const photos = uploadSet('photos', { storage: memoryStorage() })

/** The data of a form. */
type Received<Form> = Form extends UploadForm<infer Shape> ? FormOutput<Shape> : never

describe('the data of a form holds', () => {
  test('texts, by zod', () => {
    const form = uploadForm({ title: z.string().max(80), age: z.coerce.number(), agreed: z.stringbool() })
    expectTypeOf<Received<typeof form>>().toEqualTypeOf<{ title: string; age: number; agreed: boolean }>()
  })

  test('texts, by valibot', () => {
    const form = uploadForm({ age: v.pipe(v.string(), v.transform(Number)), kind: v.picklist(['a', 'b']) })
    expectTypeOf<Received<typeof form>>().toEqualTypeOf<{ age: number; kind: 'a' | 'b' }>()
  })

  test('texts, by arktype', () => {
    const form = uploadForm({ colour: type('"red" | "blue"'), day: type('string.date.iso.parse') })
    expectTypeOf<Received<typeof form>>().toEqualTypeOf<{ colour: 'red' | 'blue'; day: Date }>()
  })

  test('texts that may be left out, or have a default', () => {
    const form = uploadForm({ note: z.string().optional(), size: z.string().default('M') })
    expectTypeOf<Received<typeof form>>().toEqualTypeOf<{ note: string | undefined; size: string }>()
  })

  test('files: one, one or none, and several', () => {
    const form = uploadForm({ cover: photos.one(), logo: photos.optional(), gallery: photos.many({ max: 10 }) })
    expectTypeOf<Received<typeof form>>().toEqualTypeOf<{
      cover: StoredFile
      logo: StoredFile | undefined
      gallery: StoredFile[]
    }>()
  })

  test('lists', () => {
    const form = uploadForm({ tags: list(z.string()), sizes: list(z.coerce.number(), { min: 1, max: 3 }) })
    expectTypeOf<Received<typeof form>>().toEqualTypeOf<{ tags: string[]; sizes: number[] }>()
  })

  test('groups', () => {
    const form = uploadForm({ address: { street: z.string(), map: photos.one() } })
    expectTypeOf<Received<typeof form>>().toEqualTypeOf<{ address: { street: string; map: StoredFile } }>()
  })

  test('lists of groups, and groups in them', () => {
    const form = uploadForm({
      items: list({ name: z.string(), place: { photo: photos.optional() }, tags: list(z.string()) }),
    })
    expectTypeOf<Received<typeof form>>().toEqualTypeOf<{
      items: { name: string; place: { photo: StoredFile | undefined }; tags: string[] }[]
    }>()
  })

  test('the types of schemas of three libraries, side by side', () => {
    const form = uploadForm({ a: z.string(), b: v.string(), c: type('string') })
    expectTypeOf<Received<typeof form>>().toEqualTypeOf<{ a: string; b: string; c: string }>()
  })

  test('JSON, also in lists and groups', () => {
    const details = json(z.object({ tags: z.array(z.string()), day: z.coerce.date() }))
    const form = uploadForm({
      details,
      notes: list(json(v.object({ n: v.number() }))),
      group: { more: json(type('number')) },
    })
    expectTypeOf<Received<typeof form>>().toEqualTypeOf<{
      details: { tags: string[]; day: Date }
      notes: { n: number }[]
      group: { more: number }
    }>()
    expectTypeOf(json(z.string().optional())).toEqualTypeOf<JsonField<string | undefined>>()
    // @ts-expect-error A schema is needed.
    json({ tags: z.string() })
  })

  test('labels for the names of the form alone', () => {
    const shape = {
      title: z.string(),
      gallery: photos.many(),
      details: json(z.object({ a: z.string() })),
      address: { street: z.string() },
      items: list({ name: z.string(), tags: list(z.string()) }),
    }
    expectTypeOf<FieldName<typeof shape>>().toEqualTypeOf<
      | 'title'
      | 'gallery'
      | 'details'
      | 'address'
      | 'address.street'
      | 'items'
      | 'items[]'
      | 'items[].name'
      | 'items[].tags'
      | 'items[].tags[]'
    >()
    uploadForm(shape, { labels: { title: 'Title', 'items[].tags[]': (item, tag) => `${item}: ${tag}` } })
    // @ts-expect-error The form declares no `titel`.
    uploadForm(shape, { labels: { titel: 'Title' } })
    // @ts-expect-error Items are named with [].
    uploadForm(shape, { labels: { 'items[0].name': 'Name' } })
    // @ts-expect-error A label is a text or a function.
    uploadForm(shape, { labels: { title: 7 } })
    expectTypeOf<FieldName<FormShape>>().toEqualTypeOf<string>()
  })

  test('nothing if nothing is declared', () => {
    const form = uploadForm({})
    expectTypeOf<keyof Received<typeof form>>().toEqualTypeOf<never>()
  })
})

describe('receiving', () => {
  const form = uploadForm({ title: z.string(), cover: photos.one() })
  interface Data {
    title: string
    cover: StoredFile
  }
  const request = new Request('http://localhost')

  test('resolves with the data, or with the result of the handler', () => {
    expectTypeOf(form.receive(request)).toEqualTypeOf<Promise<{ title: string; cover: StoredFile }>>()
    expectTypeOf(form.receive(request, { signal: new AbortController().signal })).resolves.toEqualTypeOf<Data>()
    expectTypeOf(form.receive(request, async ({ title }) => title.length)).resolves.toEqualTypeOf<number>()
    expectTypeOf(form.receive(request, () => {})).resolves.toEqualTypeOf<void>()
  })

  test('gives a handler its types, also if it is asynchronous', () => {
    void form.attempt(request, ({ title, cover }) => {
      expectTypeOf(title).toEqualTypeOf<string>()
      expectTypeOf(cover).toEqualTypeOf<StoredFile>()
    })
    void form.receive(request, async (data) => {
      expectTypeOf(data).toEqualTypeOf<{ title: string; cover: StoredFile }>()
      return 7
    })
  })

  test('with attempt gives the value, or all data for a page', async () => {
    const result = await form.attempt(request)
    if (result.ok) {
      expectTypeOf(result.value).toEqualTypeOf<{ title: string; cover: StoredFile }>()
    } else {
      expectTypeOf(result.error).toEqualTypeOf<UploadError<'invalid-form'>>()
      expectTypeOf(result.errors).toEqualTypeOf<MultiMap<FormError>>()
      expectTypeOf(result.values).toEqualTypeOf<MultiMap<string>>()
      expectTypeOf(result.kept).toEqualTypeOf<KeptFiles | undefined>()
    }
  })

  test('places files by the request that their function asks for', () => {
    interface Session extends Request {
      readonly user: string
    }
    const place = ({ request: { user }, filename, field, scope }: InputPlaceRequest<Session>) => {
      expectTypeOf([filename, field]).toEqualTypeOf<string[]>()
      expectTypeOf(scope).toEqualTypeOf<string | undefined>()
      return { folder: user }
    }
    const placed = uploadForm({
      a: photos.one({ place }),
      b: photos.optional({ place }),
      c: photos.many({ max: 3, place }),
    })
    expectTypeOf<Received<typeof placed>>().toEqualTypeOf<{
      a: StoredFile
      b: StoredFile | undefined
      c: StoredFile[]
    }>()
    photos.one({
      place(asked) {
        expectTypeOf(asked.request).toEqualTypeOf<unknown>()
        return {}
      },
    })
    // @ts-expect-error A place is a folder and a name.
    photos.one({ place: () => ({ key: 'a' }) })
    // @ts-expect-error A place is an object.
    photos.one({ place: () => 'folder' })
    // @ts-expect-error A place is there at once.
    photos.one({ place: async () => ({ folder: 'a' }) })
    // @ts-expect-error An absent user is not a folder.
    photos.one({ place: ({ scope }) => ({ folder: scope }) })
  })

  test('works for any form', () => {
    const receiveAny = <Shape extends FormShape>(any: UploadForm<Shape>): Promise<FormOutput<Shape>> =>
      any.receive(request)
    expectTypeOf(receiveAny(form)).resolves.toEqualTypeOf<{ title: string; cover: StoredFile }>()
  })
})
