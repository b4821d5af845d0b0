import { expect, test } from 'vitest'
import { cacheControl } from './cache-control.ts'

test.each([
  [{}, 'private, no-cache'],
  [{ maxAge: 0 }, 'private, no-cache'],
  [{ maxAge: 60 }, 'private, max-age=60'],
  [{ maxAge: 60, immutable: true }, 'private, max-age=60, immutable'],
  [{ immutable: true }, 'private, no-cache'],
  [{ public: true }, 'public, no-cache'],
  [{ maxAge: 43_200, public: true }, 'public, max-age=43200'],
])('%j: %s', (options, header) => {
  expect(cacheControl(options)).toBe(header)
})

test.each([-1, 0.5, NaN, Infinity])('a maxAge of %d seconds is a TypeError', (maxAge) => {
  expect(() => cacheControl({ maxAge })).toThrow(TypeError)
})
