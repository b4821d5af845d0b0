import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { UploadError } from '../errors/upload-error.ts'
import type { FieldPart, FilePart } from '../multipart/encoder.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { file, formRequest } from '../receive/fixtures/form-body.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { PNG } from './fixtures/png.ts'
import { list } from './form-shape.ts'
import { json } from './json-field.ts'
import { uploadForm } from './upload-form.ts'

const photos = uploadSet('photos', { storage: memoryStorage(), extensions: ['png'] })
const shape = {
  title: z.string().min(3, 'Give it a longer title').optional(),
  gallery: photos.many({ max: 1 }),
  tags: list(z.string().max(3, 'Use at most 3 characters.')),
  address: { street: z.string().optional(), city: z.string().min(1, 'Name the city.').optional() },
  items: list({ name: z.string().max(3, 'Too long.'), note: z.string().max(3, 'Too long.').optional() }),
  details: json(z.object({ size: z.array(z.number('Use a number.')) }).optional()),
}
const post = uploadForm(shape, {
  labels: {
    title: 'Title',
    gallery: 'Gallery',
    tags: 'Tags',
    address: 'Address',
    'address.street': 'Street',
    'items[].name': (item) => `Name of item ${item + 1}`,
    details: 'Details',
  },
})

async function refusalOf(...parts: (FieldPart | FilePart)[]): Promise<UploadError<'invalid-form'>> {
  const result = await post.attempt(await formRequest(parts))
  if (result.ok) throw new Error('The form is valid.')
  return result.error
}

describe('the sentence of a form that is not valid', () => {
  test.each<[string, (FieldPart | FilePart)[], string]>([
    ['a field', [{ name: 'title', value: 'a' }], 'Title: Give it a longer title.'],
    [
      'a file input',
      [file('gallery', 'a.png', PNG), file('gallery', 'b.png', PNG)],
      'Gallery: Choose 1 file at most, not 2.',
    ],
    [
      'an item of a list, which has no label of its own',
      [{ name: 'tags[0]', value: 'long' }],
      'Tags: Use at most 3 characters.',
    ],
    ['a field of a group', [file('address.street', 'a', 'b')], 'Street: This must be text, but a file was sent.'],
    [
      'a field without a label in a group that has one',
      [{ name: 'address.city', value: '' }],
      'Address: Name the city.',
    ],
    [
      'a field of an item, by the number of the item',
      [{ name: 'items[7].name', value: 'long' }],
      'Name of item 1: Too long.',
    ],
    ['a place in JSON', [{ name: 'details', value: '{"size":[1,"2"]}' }], 'Details: Use a number.'],
    ['JSON that is not valid', [{ name: 'details', value: '{' }], 'Details: This is not valid JSON.'],
    [
      'a field without any label, by its own name',
      [
        { name: 'items[0].name', value: 'a' },
        { name: 'items[0].note', value: 'long' },
      ],
      '"items[0].note": Too long.',
    ],
    [
      'an undeclared field, by its own name',
      [{ name: 'titel', value: 'a' }],
      '"titel": The form has no field of this name.',
    ],
  ])('calls %s by its label', async (_, parts, sentence) => {
    expect((await refusalOf(...parts)).message).toBe(sentence)
  })

  test('leaves the label out of the sentences beside the fields, and tells it to pages', async () => {
    const { details } = await refusalOf({ name: 'title', value: 'a' }, { name: 'titel', value: 'a' })
    expect(details.errors).toMatchObject([
      { field: 'title', label: 'Title', detail: 'Give it a longer title' },
      { field: 'titel', detail: 'The form has no field of this name.' },
    ])
    expect(details.errors[1]).not.toHaveProperty('label')
  })

  test('calls the fields by their labels also if the handler finds the fault', async () => {
    const thrown = new UploadError('invalid-form', {
      errors: [{ path: ['title'], field: 'title', code: 'invalid-value', detail: 'This title is taken.' }],
    })
    const receiving = post.receive(await formRequest([{ name: 'title', value: 'Hello' }]), () => {
      throw thrown
    })
    await expect(receiving).rejects.toMatchObject({ message: 'Title: This title is taken.', cause: thrown })
  })

  test('is not made again if the form has no labels', async () => {
    const thrown = new UploadError('invalid-form', {
      errors: [{ path: ['title'], field: 'title', code: 'invalid-value', detail: 'Taken.' }],
    })
    const receiving = uploadForm({}).receive(await formRequest([]), () => {
      throw thrown
    })
    await expect(receiving).rejects.toBe(thrown)
  })
})

test.each([
  [
    { galery: 'Gallery' },
    '"labels" of uploadForm has "galery", which the form does not declare. Did you mean "gallery"?',
  ],
  [{ 'items[0].name': 'Name' }, 'Did you mean "items[].name"?'],
  [{ '': 'Form' }, 'Its names: title, gallery, tags, tags[], address, address.street, address.city, items, items[],'],
  [{ title: 7 }, 'The label of "title" must be a text or a function; got 7.'],
])('a label that the form cannot use is a TypeError: %j', (labels, message) => {
  // @ts-expect-error JavaScript may pass anything.
  expect(() => uploadForm(shape, { labels })).toThrow(message)
})
