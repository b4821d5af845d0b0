import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MultipartDecoder } from './decoder.ts'
import { at, every, outcomeOf, whole } from './testing/outcome.ts'
import type { Outcome } from './testing/outcome.ts'

const BOUNDARY = 'XX'
const FIELD = 'Content-Disposition: form-data; name="a"\r\n\r\n'

function bytes(text: string): Uint8Array {
  return Buffer.from(text)
}

/** `name=text`, for each part. */
function summary(outcome: Outcome): string[] {
  return outcome.parts.map(({ head, bytes: content }) => `${head.name}=${Buffer.from(content).toString()}`)
}

/** A body that holds only these parts, whichever way it is cut. */
function expectParts(body: string, ...parts: string[]): void {
  for (const cut of [whole, every(1)]) {
    const outcome = outcomeOf(bytes(body), BOUNDARY, cut)
    expect(outcome.refusal).toBeUndefined()
    expect(summary(outcome)).toEqual(parts)
  }
}

describe('what a body may look like', () => {
  test('a field', () => expectParts(`--XX\r\n${FIELD}hello\r\n--XX--\r\n`, 'a=hello'))
  test('two parts of one name', () => expectParts(`--XX\r\n${FIELD}1\r\n--XX\r\n${FIELD}2\r\n--XX--\r\n`, 'a=1', 'a=2'))
  test('an empty part', () => expectParts(`--XX\r\n${FIELD}\r\n--XX--\r\n`, 'a='))
})
