import { describe, expect, test } from 'vitest'
import { checkOptions } from './check-options.ts'
import { inOwnWords } from './in-own-words.ts'
import { toProblem } from './problem.ts'
import { SENTENCES_KIND } from './sentences.ts'
import type { Sentences } from './sentences.ts'
import { UploadError } from './upload-error.ts'
import type { AnyUploadError } from './upload-error.ts'

const LARGE = new UploadError('file-too-large', { limit: 1024, filename: 'a.png' })

/** The refusal in these words, and the faults that were told. */
async function told(
  error: AnyUploadError,
  sentences: Sentences<string> | undefined,
  request: string = 'de',
): Promise<{ refusal: AnyUploadError; faults: unknown[] }> {
  const faults: unknown[] = []
  const refusal = await inOwnWords(error, { sentences, request, onFault: (fault) => faults.push(fault) })
  return { refusal, faults }
}

/** A table as JavaScript may write it. */
function faulty(sentence: () => unknown): Sentences<string>
function faulty(sentence: () => unknown): object {
  return { 'file-too-large': sentence }
}

describe('a sentence of the application', () => {
  test('gets the details and the request, by code', async () => {
    const sentences: Sentences<string> = {
      'file-too-large': ({ limit, filename }, language) => `${language}: ${filename} > ${limit}`,
    }
    const { refusal, faults } = await told(LARGE, sentences)
    expect(toProblem(refusal)).toEqual({ ...toProblem(LARGE), detail: 'de: a.png > 1024' })
    expect(faults).toEqual([])
    const other = new UploadError('storage-full', {})
    expect((await told(other, sentences)).refusal).toBe(other)
  })

  test('may come from one function, also later, as libraries of translations have it', async () => {
    const { refusal } = await told(LARGE, async (each, language) => `${language}.${each.code}: ${each.detail}`)
    expect(refusal.message).toBe(`de.file-too-large: ${LARGE.message}`)
  })

  test('takes nothing from the refusal but its words', async () => {
    const cause = new Error('the reason')
    const retried = new UploadError('refused', { status: 429, title: 'a', detail: 'b', retryAfter: 7 }, { cause })
    const { refusal } = await told(retried, { refused: () => 'c' })
    expect(refusal).toMatchObject({
      code: 'refused',
      status: 429,
      title: 'a',
      message: 'c',
      cause,
      details: { retryAfter: 7 },
    })
    expect(toProblem(refusal)).toMatchObject({ detail: 'c', status: 429 })
  })

  test('is looked up in the table itself, not in its prototype', async () => {
    const table: Sentences<string> = Object.create({ 'file-too-large': () => 'inherited' })
    expect((await told(LARGE, table)).refusal).toBe(LARGE)
  })
})

describe('the sentences of a form', () => {
  const FORM = new UploadError('invalid-form', {
    errors: [
      { path: ['title'], field: 'title', code: 'missing-field', detail: 'This has to be filled in.' },
      { path: ['age'], field: 'age', code: 'invalid-value', detail: 'Too big' },
      { path: ['g'], field: 'g', code: 'too-many-files', detail: 'Choose 2 files at most, not 3.', limit: 2, count: 3 },
    ],
  })

  test('are replaced beside the controls, and in the sentence of the whole form', async () => {
    const { refusal } = await told(FORM, {
      'missing-field': () => 'Bitte ausfüllen.',
      'invalid-value': ({ detail }) => detail.replace('Too big', 'Zu groß'),
      'too-many-files': ({ limit, count }) => `Höchstens ${limit}, nicht ${count}.`,
    })
    expect(refusal.message).toBe('"title": Bitte ausfüllen. "age": Zu groß. "g": Höchstens 2, nicht 3.')
    expect(refusal.details).toMatchObject({
      errors: [
        { field: 'title', code: 'missing-field', detail: 'Bitte ausfüllen.' },
        { field: 'age', code: 'invalid-value', detail: 'Zu groß' },
        { field: 'g', code: 'too-many-files', detail: 'Höchstens 2, nicht 3.', limit: 2, count: 3 },
      ],
    })
  })

  test('may have one for the whole form, which sees those beside the controls', async () => {
    const { refusal } = await told(FORM, {
      'missing-field': () => 'Bitte ausfüllen.',
      'invalid-form': ({ errors }) => `${errors.length} Fehler, zuerst: ${errors[0]?.detail}`,
    })
    expect(refusal.message).toBe('3 Fehler, zuerst: Bitte ausfüllen.')
  })
})

describe('a faulty sentence', () => {
  const mistake = new Error('a mistake in a translation')
  test.each<readonly [what: string, sentence: () => unknown, fault: unknown]>([
    [
      'throws',
      () => {
        throw mistake
      },
      mistake,
    ],
    ['rejects', () => Promise.reject(mistake), mistake],
    [
      'is empty',
      () => ' ',
      new TypeError(
        `The sentence for "file-too-large" must be a text that is not empty, or undefined for Decant's own; got " ".`,
      ),
    ],
    [
      'is null',
      () => null,
      new TypeError(
        `The sentence for "file-too-large" must be a text that is not empty, or undefined for Decant's own; got null.`,
      ),
    ],
  ])('that %s is told, and the client gets the usual one', async (_, sentence, fault) => {
    const { refusal, faults } = await told(LARGE, faulty(sentence))
    expect(refusal).toBe(LARGE)
    expect(faults).toEqual([fault])
  })

  test('does not hide the others of a form', async () => {
    const errors = [
      { path: ['a'], field: 'a', code: 'missing-field', detail: 'This has to be filled in.' },
      { path: ['b'], field: 'b', code: 'not-text', detail: 'This must be text, but a file was sent.' },
    ] as const
    const { refusal, faults } = await told(new UploadError('invalid-form', { errors }), {
      'missing-field': () => {
        throw mistake
      },
      'not-text': () => 'Nur Text.',
    })
    expect(refusal.message).toBe('"a": This has to be filled in. "b": Nur Text.')
    expect(faults).toEqual([mistake])
  })
})

test('a code that does not exist is a TypeError that names the code that was meant', () => {
  const check = (sentences: unknown): void =>
    checkOptions('uploadHandler', { sentences }, { sentences: SENTENCES_KIND })
  expect(() => check({ 'file-to-large': () => '' })).toThrow(
    '"file-to-large" is not an option of sentences. Did you mean "file-too-large"?',
  )
  expect(() => check({ 'file-too-large': 'Zu groß.' })).toThrow(
    '"file-too-large" of sentences must be a function; got "Zu groß.".',
  )
  expect(() => check('de')).toThrow(
    '"sentences" of uploadHandler must be a function, or an object of functions by code',
  )
  expect(() => check({ 'missing-field': () => '', 'file-too-large': () => '' })).not.toThrow()
})
