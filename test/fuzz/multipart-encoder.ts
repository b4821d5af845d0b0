import { deepEqual, equal } from 'node:assert/strict'
import fc from 'fast-check'
import { parseBoundary } from '../../src/multipart/boundary.ts'
import { encodeMultipart } from '../../src/multipart/encoder.ts'
import type { FieldPart, FilePart } from '../../src/multipart/encoder.ts'
import { at, outcomeOf } from '../../src/multipart/testing/outcome.ts'
import { hostileNames } from './hostile-name.ts'
import { fuzzTarget } from './target.ts'
import type { Target } from './target.ts'

interface Case {
  readonly parts: readonly { readonly name: string; readonly filename: string | undefined; readonly content: string }[]
  readonly cuts: readonly number[]
}

const text = fc.string({ unit: 'binary', maxLength: 30 })

/** The exceptions in the encoder's docstring, since browsers do the same; and controls, which a header cannot have. */
function isEncodable(name: string): boolean {
  return !/%(?:22|0D|0A)|^=\?.*\?=$|[^\P{Cc}\t\r\n\u0080-\u009f]/su.test(name) && name.isWellFormed()
}

const names = fc.oneof(text, hostileNames).filter(isEncodable)

export const multipartEncoder: Target = fuzzTarget<Case>({
  name: 'multipart-encoder',
  promise: 'makes bodies that the decoder gives back as they were',
  cases: fc.record({
    parts: fc.array(
      fc
        .record({
          name: names.filter((name) => !name.endsWith('\\')),
          filename: fc.option(names, { nil: undefined }),
          content: fc.oneof(text, fc.constantFrom('\r\n--X', '\r\n--', '\n', '--X--')),
        })
        // The decoder refuses bytes under an empty filename.
        .map((part) => (part.filename === '' ? { ...part, content: '' } : part)),
      { maxLength: 4 },
    ),
    cuts: fc.array(fc.nat({ max: 1000 }), { maxLength: 20 }),
  }),
  open: () => ({
    async check({ parts, cuts }) {
      const form = encodeMultipart(parts.map(toPart))
      const chunks: Uint8Array[] = []
      for await (const chunk of form.chunks()) chunks.push(chunk)
      const body = Buffer.concat(chunks)
      equal(form.size, body.length)
      const outcome = outcomeOf(body, parseBoundary(form.contentType), at(...cuts))
      equal(outcome.refusal, undefined)
      deepEqual(
        outcome.parts.map(({ head, bytes }) => [head.name, head.filename, Buffer.from(bytes).toString()]),
        parts.map(({ name, filename, content }) => [
          toCrlf(name),
          filename,
          (filename === undefined ? toCrlf(content) : content).toWellFormed(),
        ]),
      )
    },
  }),
})

function toPart({ name, filename, content }: Case['parts'][number]): FieldPart | FilePart {
  return filename === undefined
    ? { name, value: content }
    : { name, filename, contentType: 'text/plain', content: Buffer.from(content.toWellFormed()) }
}

function toCrlf(value: string): string {
  return value.replaceAll(/\r\n|\r|\n/g, '\r\n')
}
