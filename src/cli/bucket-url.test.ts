import { describe, expect, test } from 'vitest'
import { parseBucketUrl, tellBucket } from './bucket-url.ts'

describe('the URL of a bucket', () => {
  test.each([
    ['s3://inbox', { bucket: 'inbox' }],
    ['S3://inbox/', { bucket: 'inbox' }],
    ['s3://in.box-2/drop/', { bucket: 'in.box-2', prefix: 'drop' }],
    ['s3://inbox/a%20b/c@d', { bucket: 'inbox', prefix: 'a b/c@d' }],
    [
      's3://inbox?endpoint=http://127.0.0.1:7480/&region=default',
      { bucket: 'inbox', endpoint: 'http://127.0.0.1:7480', region: 'default' },
    ],
    ['s3://inbox/?downloads=Redirect', { bucket: 'inbox', downloads: 'redirect' }],
    [
      's3://inbox/?public-url=https://cdn.example',
      { bucket: 'inbox', downloads: 'redirect', publicUrl: 'https://cdn.example' },
    ],
    [
      's3://inbox/?public-url=https%3A%2F%2Fcdn.example%2Ffiles%2F&downloads=redirect',
      { bucket: 'inbox', downloads: 'redirect', publicUrl: 'https://cdn.example/files' },
    ],
  ])('%s tells the bucket and its engine', (text, settings) => {
    expect(parseBucketUrl(text)).toEqual({ kind: 'bucket', downloads: 'server', ...settings })
  })

  test.each([
    ['', 'this is not the URL of a bucket. Write s3://BUCKET/PREFIX?endpoint=URL&region=NAME.'],
    ['./uploads', 'this is not the URL of a bucket.'],
    ['https://s3.example/inbox', 'this is not the URL of a bucket.'],
    ['s3:inbox', 'this is not the URL of a bucket.'],
    ['s3:///inbox', 'this is not the URL of a bucket.'],
    ['s3://in box', 'this is not the URL of a bucket.'],
    ['s3://127.0.0.1:7480/inbox', 'the address of the engine belongs in endpoint.'],
    ['s3://inbox/a%2', '"%" begins an encoded character.'],
    ['s3://inbox/a#b', '"#" ends a URL.'],
    ['s3://inbox?end-point=http://a', '"end-point" is not a parameter. Did you mean endpoint?'],
    ['s3://inbox?Region=eu', '"Region" is not a parameter. Did you mean region?'],
    ['s3://inbox?publicurl=https://a', '"publicurl" is not a parameter. Did you mean public-url?'],
    ['s3://inbox?acl=x', '"acl" is not a parameter. There are endpoint, region, downloads, public-url.'],
    ['s3://inbox?region=eu&region=us', 'region is given twice.'],
    ['s3://inbox?region=', 'region has no value.'],
    ['s3://inbox?endpoint=s3.example', 'endpoint is not a URL of http or https.'],
    ['s3://inbox?endpoint=ftp://s3.example', 'endpoint is not a URL of http or https.'],
    ['s3://inbox?endpoint=http://a?b', 'endpoint must not have a query.'],
    ['s3://inbox?downloads=cdn', 'downloads: "cdn" is neither "server" nor "redirect".'],
    ['s3://inbox?public-url=https://cdn.example&downloads=server', 'downloads=server does not use public-url.'],
  ])('%j is refused with a sentence that says what to do', (text, sentence) => {
    expect(() => parseBucketUrl(text)).toThrow(TypeError)
    expect(() => parseBucketUrl(text)).toThrow(sentence)
  })

  test.each([
    's3://AKIAXYZ:sw0rd+fish/9@inbox/drop',
    's3://AKIAXYZ:sw0rd/fish@inbox',
    's3://sw0rdfish@inbox',
    's3://AKIAXYZ:sw0rdfish',
    's3://inbox?endpoint=https://AKIAXYZ:sw0rdfish@s3.example',
    's3://inbox?endpoint=https://AKIAXYZ:sw0rd/fish@s3.example',
    's3://inbox?downloads=redirect&public-url=https://sw0rdfish@cdn.example',
    's3://inbox?secretAccessKey=sw0rdfish',
    's3://inbox?access-key=AKIAXYZ&region=eu',
    's3://inbox?session_token=sw0rdfish',
  ])('%s is refused without a word of its secret', (text) => {
    const parse = (): unknown => parseBucketUrl(text)
    expect(parse).toThrow(TypeError)
    expect(parse).toThrow(/^(?:credentials do not belong in a URL|endpoint is not a URL)/)
    expect(parse).not.toThrow(/sw0rd|fish|AKIA/)
  })
})

test('a bucket is told by its name and its prefix', () => {
  expect(tellBucket({ bucket: 'inbox' })).toBe('s3://inbox')
  expect(tellBucket({ bucket: 'inbox', prefix: 'drop' })).toBe('s3://inbox/drop')
})
