import { CopyObjectCommand, DeleteObjectCommand, GetObjectCommand } from '@aws-sdk/client-s3'
import { WRONG_TAG, outcome, put, winnersOf } from './engine-fact.ts'
import type { EngineFact } from './engine-fact.ts'

/** Conditions of reads and writes. */
export const CONDITION_FACTS: readonly EngineFact[] = [
  {
    question: 'PutObject with If-None-Match: * on a key that is taken',
    look: async (place) => {
      await put(place, 'a', 'first')
      return outcome(put(place, 'a', 'second', { IfNoneMatch: '*' }))
    },
    seen: { aws: '412 PreconditionFailed', garage: 'fine', b2: '501 NotImplemented' },
  },
  {
    question: 'PutObject with If-None-Match: * on a free key',
    look: (place) => outcome(put(place, 'a', 'first', { IfNoneMatch: '*' })),
    seen: { aws: 'fine', b2: '501 NotImplemented' },
  },
  {
    question: 'winners of four racing PutObjects with If-None-Match: *',
    look: (place) => winnersOf(['1', '2', '3', '4'].map((text) => put(place, 'race', text, { IfNoneMatch: '*' }))),
    seen: { aws: '1 of 4', garage: '4 of 4', seaweed: '4 of 4', b2: '0 of 4' },
  },
  {
    question: 'PutObject with the right ETag in If-Match',
    look: async (place) => {
      const ETag = await put(place, 'a', 'first')
      return outcome(put(place, 'a', 'second', { IfMatch: ETag }))
    },
    seen: { aws: 'fine', ceph16: '412 PreconditionFailed', b2: '501 NotImplemented' },
  },
  {
    question: 'PutObject with If-Match on a missing key',
    look: (place) => outcome(put(place, 'a', 'text', { IfMatch: WRONG_TAG })),
    seen: { aws: '404 NoSuchKey', ceph16: '412 PreconditionFailed', garage: 'fine', b2: '501 NotImplemented' },
  },
  {
    question: 'GetObject with the right ETag in If-Match',
    look: async (place) => {
      const ETag = await put(place, 'a', 'text')
      return outcome(place.s3.send(new GetObjectCommand({ Bucket: place.Bucket, Key: 'a', IfMatch: ETag })))
    },
    seen: { aws: 'fine' },
  },
  {
    question: 'GetObject with a wrong ETag in If-Match',
    look: async (place) => {
      await put(place, 'a', 'text')
      return outcome(place.s3.send(new GetObjectCommand({ Bucket: place.Bucket, Key: 'a', IfMatch: WRONG_TAG })))
    },
    seen: { aws: '412 PreconditionFailed' },
  },
  {
    question: 'GetObject with the right ETag in If-None-Match',
    look: async (place) => {
      const ETag = await put(place, 'a', 'text')
      const send = place.s3.send(new GetObjectCommand({ Bucket: place.Bucket, Key: 'a', IfNoneMatch: ETag }))
      return (await outcome(send)).slice(0, 3)
    },
    seen: { aws: '304' },
  },
  {
    question: 'DeleteObject with a wrong ETag in If-Match',
    look: async (place) => {
      await put(place, 'a', 'text')
      return outcome(place.s3.send(new DeleteObjectCommand({ Bucket: place.Bucket, Key: 'a', IfMatch: WRONG_TAG })))
    },
    seen: { aws: '412 PreconditionFailed', ceph16: 'fine', garage: 'fine', r2: 'fine', b2: 'fine' },
  },
  {
    question: 'DeleteObject of a missing key',
    look: ({ s3, Bucket }) => outcome(s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }))),
    seen: { aws: 'fine' },
  },
  {
    question: 'CopyObject with If-None-Match: * on a key that is taken',
    look: async (place) => {
      const { s3, Bucket } = place
      await put(place, 'a', 'first')
      await put(place, 'b', 'second')
      return outcome(s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a`, IfNoneMatch: '*' })))
    },
    seen: {
      aws: '412 PreconditionFailed',
      ceph16: 'fine',
      garage: 'fine',
      seaweed: 'fine',
      r2: 'fine',
      b2: '501 NotImplemented',
    },
  },
  {
    question: 'CopyObject with a wrong ETag of the source',
    look: async (place) => {
      const { s3, Bucket } = place
      await put(place, 'a', 'first')
      const copy = { Bucket, Key: 'b', CopySource: `${Bucket}/a`, CopySourceIfMatch: WRONG_TAG }
      return outcome(s3.send(new CopyObjectCommand(copy)))
    },
    seen: { aws: '412 PreconditionFailed', ceph16: 'fine' },
  },
]
