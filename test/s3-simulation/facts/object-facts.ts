import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { outcome, put, textOf } from './engine-fact.ts'
import type { EngineFact } from './engine-fact.ts'

/** Objects, one by one. */
export const OBJECT_FACTS: readonly EngineFact[] = [
  {
    question: 'GetObject of a missing key',
    look: (place) => textOf(place, 'a'),
    seen: { aws: '404 NoSuchKey' },
  },
  {
    question: 'HeadObject of a missing key',
    look: ({ s3, Bucket }) => outcome(s3.send(new HeadObjectCommand({ Bucket, Key: 'a' }))),
    seen: { aws: '404 NotFound' },
  },
  {
    question: 'PutObject into a missing bucket',
    look: ({ s3 }) => outcome(s3.send(new PutObjectCommand({ Bucket: 'not-there', Key: 'a', Body: 'x' }))),
    seen: { aws: '404 NoSuchBucket' },
  },
  {
    question: 'ranges of a GetObject: from, suffix, beyond',
    look: async (place) => {
      await put(place, 'a', 'hello')
      const seen = ['bytes=1-3', 'bytes=3-', 'bytes=-2', 'bytes=5-'].map((range) => textOf(place, 'a', range))
      return (await Promise.all(seen)).join(', ')
    },
    seen: { aws: 'ell, lo, lo, 416 InvalidRange' },
  },
  {
    question: 'metadata of 3 KB',
    look: (place) => outcome(put(place, 'a', 'text', { Metadata: { x: 'a'.repeat(3000) } })),
    seen: { aws: '400 MetadataTooLarge', ceph16: 'fine' },
  },
  {
    question: 'a key with strange characters',
    look: async (place) => {
      const key = "é ü/+a%b&c=日本 (1)~!*'.txt"
      await put(place, key, 'text')
      return textOf(place, key)
    },
    seen: { aws: 'text' },
  },
]
