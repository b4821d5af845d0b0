import { describe, expect, test } from 'vitest'
import { downloadOrigins } from './bucket-storage.ts'

describe('the page may show pictures', () => {
  test('of no other origin if downloads go through this server', () => {
    const endpoint = 'https://s3.example'
    expect(downloadOrigins({ kind: 'bucket', bucket: 'inbox', downloads: 'server', endpoint })).toEqual([])
  })

  test.each([
    [{ publicUrl: 'https://cdn.example/files', endpoint: 'https://s3.example' }, ['https://cdn.example']],
    [{ endpoint: 'http://127.0.0.1:7480/s3' }, ['http://127.0.0.1:7480']],
    [{}, ['https://*.amazonaws.com']],
  ])('of the origins to which downloads are redirected: %j', (settings, origins) => {
    expect(downloadOrigins({ kind: 'bucket', bucket: 'inbox', downloads: 'redirect', ...settings })).toEqual(origins)
  })
})
