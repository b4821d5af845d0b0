import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { file, formRequest } from '../receive/fixtures/form-body.ts'
import { list } from './form-shape.ts'
import type { FormShape } from './form-shape.ts'
import type { UploadFormOptions } from './upload-form.ts'
import { uploadForm } from './upload-form.ts'

type Fields = readonly (readonly [name: string, value: string])[]

/** The data of a form with these fields, or its errors, each as `field code`. */
async function receive(shape: FormShape, fields: Fields, options?: UploadFormOptions): Promise<unknown> {
  const request = await formRequest(fields.map(([name, value]) => ({ name, value })))
  const result = await uploadForm(shape, options).attempt(request)
  return result.ok ? result.value : result.error.details.errors.map(({ field, code }) => `${field} ${code}`)
}

describe('a field', () => {
  test.each([
    ['zod', z.string().max(3)],
    ['zod, asynchronous', z.string().refine(async (text) => text.length <= 3)],
    ['valibot', v.pipe(v.string(), v.maxLength(3))],
    [
      'valibot, asynchronous',
      v.pipeAsync(
        v.string(),
        v.checkAsync(async (text) => text.length <= 3),
      ),
    ],
    ['arktype', type('string <= 3')],
  ])('by %s has the value of its schema', async (_, schema) => {
    expect(await receive({ title: schema }, [['title', 'abc']])).toEqual({ title: 'abc' })
    expect(await receive({ title: schema }, [['title', 'abcd']])).toEqual(['title invalid-value'])
    expect(await receive({ title: schema }, [])).toEqual(['title missing-field'])
  })

  test.each([
    ['zod transforms', z.string().transform((text) => text.length), 'abc', 3],
    ['zod coerces', z.coerce.number().int(), '42', 42],
    ['zod reads booleans', z.stringbool(), 'on', true],
    ['valibot transforms', v.pipe(v.string(), v.transform(Number)), '42', 42],
    ['arktype transforms', type('string.numeric.parse'), '42', 42],
    ['arktype reads dates', type('string.date.iso.parse'), '2026-05-01', new Date('2026-05-01')],
  ])('%s', async (_, schema, value, output) => {
    expect(await receive({ field: schema }, [['field', value]])).toEqual({ field: output })
  })

  test.each([
    ['zod, optional', z.string().optional(), undefined],
    ['zod, with a default', z.string().default('none'), 'none'],
    ['valibot, optional', v.optional(v.string()), undefined],
    ['valibot, with a default', v.optional(v.string(), 'none'), 'none'],
    ['arktype, optional', type('string | undefined'), undefined],
  ])('by %s may be left out', async (_, schema, output) => {
    expect(await receive({ title: schema }, [])).toEqual({ title: output })
  })

  test.each([
    [
      'zod',
      z
        .string()
        .transform((text): unknown => JSON.parse(text))
        .pipe(z.object({ rows: z.array(z.object({ id: z.number() })) })),
    ],
    [
      'valibot',
      v.pipe(
        v.string(),
        v.transform((text): unknown => JSON.parse(text)),
        v.object({ rows: v.array(v.object({ id: v.number() })) }),
      ),
    ],
    [
      'arktype',
      type('string')
        .pipe((text): unknown => JSON.parse(text))
        .to({ rows: type({ id: 'number' }).array() }),
    ],
  ])('shows by %s the path of the fault inside its value', async (_, schema) => {
    const request = await formRequest([{ name: 'meta', value: '{"rows":[{"id":1},{"id":"two"}]}' }])
    const result = await uploadForm({ meta: schema }).attempt(request)
    if (result.ok) return expect.unreachable()
    expect(result.error.details.errors).toMatchObject([
      { path: ['meta', 'rows', 1, 'id'], field: 'meta.rows[1].id', code: 'invalid-value' },
    ])
  })

  test('that a schema refuses without an issue is refused', async () => {
    const mute = { '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [] }) } } as const
    expect(await receive({ title: mute }, [['title', 'a']])).toEqual(['title invalid-value'])
  })

  test('whose schema throws fails the form with that error, not with a refusal', async () => {
    const failure = new Error('no database')
    const schema = v.pipeAsync(
      v.string(),
      v.checkAsync(async () => Promise.reject(failure)),
    )
    await expect(receive({ title: schema }, [['title', 'a']])).rejects.toBe(failure)
  })

  test('that was left empty is an empty text, and is not missing', async () => {
    expect(await receive({ title: z.string() }, [['title', '']])).toEqual({ title: '' })
  })

  test('comes once', async () => {
    const fields: Fields = [
      ['title', 'a'],
      ['title', 'b'],
      ['title', 'c'],
    ]
    const result = await uploadForm({ title: z.string() }).attempt(
      await formRequest(fields.map(([name, value]) => ({ name, value }))),
    )
    if (result.ok) return expect.unreachable()
    expect(result.errors.get('title')).toMatchObject({
      code: 'repeated-field',
      detail: 'This came 3 times, but must come once.',
    })
    expect(result.values.getAll('title')).toEqual(['a', 'b', 'c'])
  })
})

describe('a list', () => {
  const shape = { tags: list(z.string()) }

  test.each<[string, Fields]>([
    [
      'tags',
      [
        ['tags', 'a'],
        ['tags', 'b'],
      ],
    ],
    [
      'tags[]',
      [
        ['tags[]', 'a'],
        ['tags[]', 'b'],
      ],
    ],
    [
      'tags[0]',
      [
        ['tags[1]', 'b'],
        ['tags[0]', 'a'],
      ],
    ],
    [
      'numbers with gaps',
      [
        ['tags[70]', 'b'],
        ['tags[5]', 'a'],
      ],
    ],
    [
      'all of them, numbered first',
      [
        ['tags', 'b'],
        ['tags[0]', 'a'],
      ],
    ],
  ])('is spelt %s', async (_, fields) => {
    expect(await receive(shape, fields)).toEqual({ tags: ['a', 'b'] })
  })

  test('is empty if nothing was sent', async () => {
    expect(await receive(shape, [])).toEqual({ tags: [] })
  })

  test('reports too few and too many items, and also the faults of items', async () => {
    const bounded = { tags: list(z.string().max(1), { min: 2, max: 3 }) }
    expect(await receive(bounded, [['tags', 'aa']])).toEqual(['tags too-few-items', 'tags invalid-value'])
    expect(
      await receive(
        bounded,
        ['a', 'b', 'c', 'd'].map((tag) => ['tags', tag]),
      ),
    ).toEqual(['tags too-many-items'])
    expect(
      await receive(bounded, [
        ['tags', 'a'],
        ['tags', 'b'],
      ]),
    ).toEqual({ tags: ['a', 'b'] })
  })

  test('does not validate items beyond its maximum', async () => {
    let asked = 0
    const schema = z.string().refine(() => ++asked > 0)
    const fields = Array.from({ length: 900 }, (): [string, string] => ['tags', 'a'])
    expect(await receive({ tags: list(schema, { max: 5 }) }, fields)).toEqual(['tags too-many-items'])
    expect(asked).toBe(5)
  })

  test('takes each number once', async () => {
    expect(
      await receive(shape, [
        ['tags[0]', 'a'],
        ['tags[0]', 'b'],
      ]),
    ).toEqual(['tags[0] repeated-field'])
  })

  test.each(['tags[1000000]', 'tags[01]', 'tags[-1]', 'tags.a', 'tags[a]', 'tags[0][0]', 'tags[][]'])(
    'has no item %s',
    async (name) => {
      expect(await receive(shape, [[name, 'a']])).toEqual([`${name} unknown-field`])
      expect(await receive(shape, [[name, 'a']], { unknownParts: 'ignore' })).toEqual({ tags: [] })
    },
  )

  test('of groups is ordered by the numbers of its items', async () => {
    const items = { items: list({ name: z.string(), address: { street: z.string().optional() } }, { max: 5 }) }
    const fields: Fields = [
      ['items[4].name', 'second'],
      ['items[0][name]', 'first'],
      ['items[0].address[street]', 'Long Lane'],
    ]
    expect(await receive(items, fields)).toEqual({
      items: [
        { name: 'first', address: { street: 'Long Lane' } },
        { name: 'second', address: { street: undefined } },
      ],
    })
    expect(await receive(items, [['items[].name', 'a']])).toEqual(['items[].name unknown-field'])
    expect(await receive(items, [['items[0].other', 'a']])).toEqual(['items[0].other unknown-field'])
    expect(await receive(items, [['items[3].address.street', 'a']])).toEqual(['items[3].name missing-field'])
  })

  test.each([[{ min: -1 }], [{ min: 1.5 }], [{ min: 3, max: 2 }], [{ max: 0 }], [{ max: Number.NaN }]])(
    'cannot have the bounds %j',
    (bounds) => {
      expect(() => list(z.string(), bounds)).toThrow(TypeError)
    },
  )
})

describe('a name', () => {
  test('has its declared place in each spelling', async () => {
    const shape = { address: { street: z.string() } }
    expect(await receive(shape, [['address.street', 'a']])).toEqual({ address: { street: 'a' } })
    expect(await receive(shape, [['address[street]', 'a']])).toEqual({ address: { street: 'a' } })
    expect(
      await receive(shape, [
        ['address.street', 'a'],
        ['address[street]', 'b'],
      ]),
    ).toEqual(['address.street repeated-field'])
  })

  test('with dots and brackets may be declared as it is, and then does not belong to a group', async () => {
    const shape = { 'address.street': z.string(), 'tags[]': z.string(), address: { street: z.string() } }
    const fields: Fields = [
      ['address.street', 'a'],
      ['address[street]', 'b'],
      ['tags[]', 'c'],
    ]
    expect(await receive(shape, fields)).toEqual({ 'address.street': 'a', 'tags[]': 'c', address: { street: 'b' } })
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__proto__.polluted', 'constructor[prototype]'])(
    '%s is unknown if it is not declared',
    async (name) => {
      const shape = { title: z.string().optional(), group: { field: z.string().optional() } }
      expect(await receive(shape, [[name, '1']])).toEqual([`${name} unknown-field`])
      expect(await receive(shape, [[`group.${name}`, '1']])).toEqual([`group.${name} unknown-field`])
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    },
  )

  test.each(['__proto__', 'constructor', 'toString'])('%s is a name like any other if it is declared', async (name) => {
    const data = await receive({ [name]: z.string() }, [[name, '1']])
    expect(Object.entries(data ?? {})).toEqual([[name, '1']])
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype)
  })

  test.each(['a.b', 'a[b', 'a]', ''])('%j below another is refused at once, since no form can send it', (name) => {
    expect(() => uploadForm({ group: { [name]: z.string() } })).toThrow(TypeError)
    expect(() => uploadForm({ items: list({ [name]: z.string() }) })).toThrow(TypeError)
  })

  test('that is reserved cannot be declared', async () => {
    expect(() => uploadForm({ _charset_: z.string() })).toThrow(TypeError)
    expect(() => uploadForm({ _kept: z.string() }, { keep: { secret: 's'.repeat(32) } })).toThrow(TypeError)
    expect(
      await receive({ _kept: z.string() }, [
        ['_kept', 'a'],
        ['_charset_', 'utf-8'],
      ]),
    ).toEqual({ _kept: 'a' })
  })
})

describe('names that are not declared', () => {
  const fields = Array.from({ length: 1000 }, (_, index): [string, string] => [`x${index}${'y'.repeat(3000)}`, '1'])

  test('are reported up to a hundred, each shortened', async () => {
    const request = await formRequest(fields.map(([name, value]) => ({ name, value })))
    const result = await uploadForm({ title: z.string() }).attempt(request)
    if (result.ok) return expect.unreachable()
    const { errors } = result.error.details
    expect(errors).toHaveLength(100)
    expect(errors[0]).toMatchObject({ field: 'title', code: 'missing-field' })
    expect(JSON.stringify(errors).length).toBeLessThan(50_000)
    expect(result.error.message).toMatch(/ And 90 more\.$/)
    expect(result.error.message.length).toBeLessThan(2000)
  })

  test('are ignored if `unknownParts` is `ignore`', async () => {
    expect(
      await receive({ title: z.string() }, [...fields.slice(0, 999), ['title', 'a']], { unknownParts: 'ignore' }),
    ).toEqual({
      title: 'a',
    })
  })

  test('may come as texts if they are extra fields, and a misspelt field is still found', async () => {
    const options = { extraFields: ['_csrf', 'intent'], keep: { secret: 's'.repeat(32) } }
    const shape = { title: z.string().optional() }
    const hidden: Fields = [
      ['_csrf', 'token'],
      ['intent', 'save'],
    ]
    expect(await receive(shape, [...hidden, ['title', 'a']], options)).toEqual({ title: 'a' })
    expect(await receive(shape, [...hidden, ['titel', 'a']], options)).toEqual(['titel unknown-field'])
    expect(await receive(shape, [['_csrf[]', 'token']], options)).toEqual(['_csrf[] unknown-field'])
    const request = await formRequest([...hidden, ['titel', 'a']].map(([name = '', value = '']) => ({ name, value })))
    const result = await uploadForm(shape, options).attempt(request)
    expect(!result.ok && result.values.get('intent')).toBe('save')
  })

  test('of extra fields are not taken as files', async () => {
    const request = await formRequest([file('_csrf', 'a.txt', 'token')])
    const result = await uploadForm({}, { extraFields: ['_csrf'] }).attempt(request)
    expect(!result.ok && result.error.details.errors).toMatchObject([{ field: '_csrf', code: 'unknown-field' }])
  })

  test.each([
    ['is declared', ['tags[]'], 'The form declares "tags[]". Leave it out of "extraFields".'],
    ['is declared in a group', ['a.b'], 'The form declares "a.b". Leave it out of "extraFields".'],
    ['is reserved', ['_charset_'], 'A form cannot declare "_charset_": this name is reserved.'],
    ['is empty', [''], '"extraFields" of uploadForm must hold the names of fields; got "".'],
  ])('cannot be extra fields if one %s', (_, extraFields, message) => {
    const shape = { tags: list(z.string()), a: { b: z.string() } }
    expect(() => uploadForm(shape, { extraFields })).toThrow(new TypeError(message))
  })
})
