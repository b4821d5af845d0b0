import { describe, expect, test } from 'vitest'
import { evaluateConditions, isRangeWanted } from './conditions.ts'

const LAST_MODIFIED = Date.UTC(2026, 10, 24, 12)
const VALIDATORS = { etag: '"v1"', lastModified: LAST_MODIFIED }
const NOW = LAST_MODIFIED + 60_000

const SAME = new Date(LAST_MODIFIED).toUTCString()
const BEFORE = new Date(LAST_MODIFIED - 1000).toUTCString()
const AFTER = new Date(LAST_MODIFIED + 1000).toUTCString()

function request(headers: Record<string, string>, method = 'GET') {
  return { method, header: (name: string) => headers[name] }
}

describe('a request with conditions', () => {
  test.each<[Record<string, string>, ReturnType<typeof evaluateConditions>]>([
    [{}, 'proceed'],

    // RFC 9110 section 13.1.1
    [{ 'if-match': '*' }, 'proceed'],
    [{ 'if-match': '"v1"' }, 'proceed'],
    [{ 'if-match': '"v0", "v1"' }, 'proceed'],
    [{ 'if-match': ', "v0",,"v1" ,' }, 'proceed'],
    [{ 'if-match': '"v0"' }, 'precondition-failed'],
    [{ 'if-match': 'W/"v1"' }, 'precondition-failed'],
    [{ 'if-match': '"v0, \\"v1"' }, 'precondition-failed'],
    [{ 'if-match': '"a,"v1""' }, 'precondition-failed'],
    [{ 'if-match': 'v1' }, 'precondition-failed'],
    [{ 'if-match': '' }, 'precondition-failed'],

    // section 13.1.4
    [{ 'if-unmodified-since': SAME }, 'proceed'],
    [{ 'if-unmodified-since': AFTER }, 'proceed'],
    [{ 'if-unmodified-since': BEFORE }, 'precondition-failed'],
    [{ 'if-unmodified-since': 'yesterday' }, 'proceed'],
    [{ 'if-match': '"v1"', 'if-unmodified-since': BEFORE }, 'proceed'],

    // section 13.1.2
    [{ 'if-none-match': '"v1"' }, 'not-modified'],
    [{ 'if-none-match': 'W/"v1"' }, 'not-modified'],
    [{ 'if-none-match': '*' }, 'not-modified'],
    [{ 'if-none-match': '"v0", W/"v1"' }, 'not-modified'],
    [{ 'if-none-match': '"a,b", "v1"' }, 'not-modified'],
    [{ 'if-none-match': '"v0"' }, 'proceed'],
    [{ 'if-none-match': 'w/"v1"' }, 'proceed'],
    [{ 'if-none-match': '"v0,v1"' }, 'proceed'],
    [{ 'if-none-match': 'v1' }, 'proceed'],

    // section 13.1.3
    [{ 'if-modified-since': SAME }, 'not-modified'],
    [{ 'if-modified-since': AFTER }, 'not-modified'],
    [{ 'if-modified-since': BEFORE }, 'proceed'],
    [{ 'if-modified-since': 'yesterday' }, 'proceed'],
    [{ 'if-none-match': '"v0"', 'if-modified-since': SAME }, 'proceed'],
    [{ 'if-none-match': '"v1"', 'if-modified-since': BEFORE }, 'not-modified'],

    // section 13.2.2: a condition that forbids comes before one that spares
    [{ 'if-match': '"v0"', 'if-none-match': '"v1"' }, 'precondition-failed'],
    [{ 'if-unmodified-since': BEFORE, 'if-none-match': '"v1"' }, 'precondition-failed'],
    [{ 'if-match': '*', 'if-none-match': '"v1"' }, 'not-modified'],
  ])('%j: %s', (headers, verdict) => {
    expect(evaluateConditions(request(headers), VALIDATORS, NOW)).toBe(verdict)
    expect(evaluateConditions(request(headers, 'HEAD'), VALIDATORS, NOW)).toBe(verdict)
  })

  test('finds an entity tag that has a comma in it', () => {
    const validators = { ...VALIDATORS, etag: '"a,b"' }
    expect(evaluateConditions(request({ 'if-none-match': '"x", "a,b"' }), validators, NOW)).toBe('not-modified')
    expect(evaluateConditions(request({ 'if-match': '"a,b"' }), validators, NOW)).toBe('proceed')
  })

  test('that would change the file is refused in cases that spare a reader', () => {
    expect(evaluateConditions(request({ 'if-none-match': '*' }, 'PUT'), VALIDATORS, NOW)).toBe('precondition-failed')
    expect(evaluateConditions(request({ 'if-modified-since': SAME }, 'DELETE'), VALIDATORS, NOW)).toBe('proceed')
  })
})

describe('a range with If-Range', () => {
  test.each([
    [undefined, true],
    ['"v1"', true],
    ['"v0"', false],
    ['W/"v1"', false],
    ['"v1", "v0"', false],
    ['*', false],
    [SAME, true],
    [BEFORE, false],
    [AFTER, false],
    ['nonsense', false],
    ['', false],
  ])('%j: wanted is %s', (value, wanted) => {
    expect(isRangeWanted(request(value === undefined ? {} : { 'if-range': value }), VALIDATORS, NOW)).toBe(wanted)
  })

  test('does not trust a date whose second is not over, since the file could change within it', () => {
    const asked = request({ 'if-range': SAME })
    expect(isRangeWanted(asked, VALIDATORS, LAST_MODIFIED + 999)).toBe(false)
    expect(isRangeWanted(asked, VALIDATORS, LAST_MODIFIED + 1000)).toBe(true)
  })
})
