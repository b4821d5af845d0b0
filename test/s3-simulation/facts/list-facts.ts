import { ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { put, uploadOnePart } from './engine-fact.ts'
import type { EngineFact } from './engine-fact.ts'

/** Lists of objects and uploads. */
export const LIST_FACTS: readonly EngineFact[] = [
  {
    question: 'the order of keys, in pages of two',
    look: async (place) => {
      const { s3, Bucket } = place
      for (const key of ['b', '\u{1f600}', '\uffee', 'é', 'a/2', 'a-', 'a/1']) await put(place, key, 'x')
      const keys: string[] = []
      for (let token: string | undefined, isEnd = false; !isEnd;) {
        const page = await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 2, ContinuationToken: token }))
        keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key))
        token = page.NextContinuationToken
        isEnd = token === undefined
      }
      return keys.join(' ')
    },
    seen: { aws: 'a- a/1 a/2 b é \uffee \u{1f600}' },
  },
  {
    question: 'folders by a delimiter, in pages of two, after a key',
    look: async (place) => {
      const { s3, Bucket } = place
      for (const key of ['p/a', 'p/c/1', 'p/c/2', 'p/c-', 'p/d/1', 'p/e', 'q']) await put(place, key, 'x')
      const list = { Bucket, Prefix: 'p/', Delimiter: '/', MaxKeys: 2, StartAfter: 'p/a' }
      const first = await s3.send(new ListObjectsV2Command(list))
      const next = { ...list, ContinuationToken: first.NextContinuationToken }
      const pages = [first, await s3.send(new ListObjectsV2Command(next))]
      return JSON.stringify(
        pages.map(({ Contents = [], CommonPrefixes = [], KeyCount, IsTruncated }) => [
          ...Contents.map(({ Key }) => Key),
          ...CommonPrefixes.map(({ Prefix }) => Prefix),
          KeyCount,
          IsTruncated,
        ]),
      )
    },
    seen: { aws: '[["p/c-","p/c/",2,true],["p/e","p/d/",2,false]]' },
  },
  {
    question: 'a control character in a key, with encoding-type=url',
    look: async (place) => {
      const { s3, Bucket } = place
      await put(place, 'a \n\u0001+%é', 'x')
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }))
      return Contents.map(({ Key = '' }) => decodeURIComponent(Key)).join()
    },
    seen: { aws: 'a \n\u0001+%é' },
  },
  {
    question: 'the uploads after a key',
    look: async (place) => {
      const { s3, Bucket } = place
      await uploadOnePart(place, 'u/1')
      await uploadOnePart(place, 'u/1')
      await uploadOnePart(place, 'u/2')
      await uploadOnePart(place, 'v')
      const list = { Bucket, Prefix: 'u/', KeyMarker: 'u/1' }
      const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand(list))
      return Uploads.map(({ Key }) => Key).join(' ')
    },
    seen: { aws: 'u/2', ceph16: 'u/1 u/1 u/2' },
  },
  {
    question: 'the uploads, one by one',
    look: async (place) => {
      const { s3, Bucket } = place
      const made = [await uploadOnePart(place, 'u/1'), await uploadOnePart(place, 'u/1')]
      made.push(await uploadOnePart(place, 'u/2'))
      const ids: (string | undefined)[] = []
      for (let markers = {}; ids.length < 3;) {
        const page = await s3.send(new ListMultipartUploadsCommand({ Bucket, MaxUploads: 1, ...markers }))
        ids.push(...(page.Uploads ?? []).map(({ UploadId }) => UploadId))
        markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
      }
      return made.every(({ UploadId }) => ids.includes(UploadId)) ? 'all' : 'some twice'
    },
    seen: { aws: 'all' },
  },
]
