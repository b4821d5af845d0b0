import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  HeadObjectCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { outcome, put, textOf, uploadOnePart } from './engine-fact.ts'
import type { EngineFact } from './engine-fact.ts'

/** Copies of objects and parts. */
export const COPY_FACTS: readonly EngineFact[] = [
  {
    question: 'CopyObject of a missing source',
    look: ({ s3, Bucket }) => outcome(s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }))),
    seen: { aws: '404 NoSuchKey' },
  },
  {
    question: 'CopyObject onto itself, unchanged',
    look: async (place) => {
      const { s3, Bucket } = place
      await put(place, 'a', 'text')
      return outcome(s3.send(new CopyObjectCommand({ Bucket, Key: 'a', CopySource: `${Bucket}/a` })))
    },
    seen: { aws: '400 InvalidRequest' },
  },
  {
    question: 'the metadata and the type of a copy with new ones',
    look: async (place) => {
      const { s3, Bucket } = place
      await put(place, 'a', 'text', { Metadata: { old: '1' } })
      const changes = { MetadataDirective: 'REPLACE', Metadata: { fresh: '2' }, ContentType: 'text/x-own' } as const
      await s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a`, ...changes }))
      const { Metadata, ContentType } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'b' }))
      return JSON.stringify([Metadata, ContentType, await textOf(place, 'b')])
    },
    seen: { aws: '[{"fresh":"2"},"text/x-own","text"]' },
  },
  {
    question: 'the ETag of a copy of a file of one part',
    look: async (place) => {
      const { s3, Bucket } = place
      await s3.send(new CompleteMultipartUploadCommand(await uploadOnePart(place, 'a')))
      await s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }))
      const { ETag = '' } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'b' }))
      return ETag.includes('-1') ? 'that of the source' : 'the MD5'
    },
    seen: { aws: 'the MD5', ceph16: 'that of the source' },
  },
  {
    question: 'UploadPartCopy of a range that ends beyond the source',
    look: async (place) => {
      const { s3, Bucket } = place
      await put(place, 'a', 'text')
      const { MultipartUpload: _, ...upload } = await uploadOnePart(place, 'b')
      const copy = { ...upload, PartNumber: 2, CopySource: `${Bucket}/a`, CopySourceRange: 'bytes=1-9' }
      return outcome(s3.send(new UploadPartCopyCommand(copy)))
    },
    seen: { aws: '416 InvalidRange' },
  },
]
