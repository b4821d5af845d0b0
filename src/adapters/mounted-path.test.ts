import { expect, test } from 'vitest'
import { mountedPath } from './mounted-path.ts'

test.each([
  ['/', 0, '', '/'],
  ['/a%2Fb?c=%20', 0, '', '/a%2Fb?c=%20'],
  ['/photos', 1, '/photos', '/'],
  ['/photos/', 1, '/photos', '/'],
  ['/photos/a%20b.png?x', 1, '/photos', '/a%20b.png?x'],
  ['/v1/photos//a/', 2, '/v1/photos', '//a/'],
  ['/v1/photos/a/b', -2, '/v1/photos', '/a/b'],
  ['/a', -1, '', '/a'],
  // More than there are, as a route with a wildcard may have.
  ['/photos', 3, '/photos', '/'],
  ['/photos/?x', 2, '/photos', '/?x'],
])('%s after %i segments is mounted at %j and asks for %j', (path, count, mount, target) => {
  expect(mountedPath(new URL(path, 'http://x'), count)).toEqual({ mount, target })
})
