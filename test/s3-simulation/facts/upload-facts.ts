import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  DeleteObjectCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { outcome, put, textOf, uploadOnePart, winnersOf } from './engine-fact.ts'
import type { EngineFact } from './engine-fact.ts'

const PART_SIZE = 5 * 1024 * 1024

/** Uploads in parts. */
export const UPLOAD_FACTS: readonly EngineFact[] = [
  {
    question: 'CompleteMultipartUpload with If-None-Match: * on a key that is taken',
    look: async (place) => {
      const upload = await uploadOnePart(place, 'a')
      await put(place, 'a', 'first')
      return outcome(place.s3.send(new CompleteMultipartUploadCommand({ ...upload, IfNoneMatch: '*' })))
    },
    seen: { aws: '412 PreconditionFailed', ceph16: 'fine', garage: 'fine', b2: '501 NotImplemented' },
  },
  {
    question: 'winners of two racing uploads of one key, completed with If-None-Match: *',
    look: async (place) => {
      const uploads = [await uploadOnePart(place, 'a', '1'), await uploadOnePart(place, 'a', '2')]
      return winnersOf(
        uploads.map((upload) => place.s3.send(new CompleteMultipartUploadCommand({ ...upload, IfNoneMatch: '*' }))),
      )
    },
    seen: { aws: '1 of 2', ceph16: '2 of 2', garage: '2 of 2', seaweed: '2 of 2', b2: '0 of 2' },
  },
  {
    question: 'the ETag in the answer to CompleteMultipartUpload',
    look: async (place) => {
      const upload = await uploadOnePart(place, 'a')
      const { ETag } = await place.s3.send(new CompleteMultipartUploadCommand(upload))
      return ETag === undefined || ETag === '' ? 'none' : ETag
    },
    seen: { aws: '"1819d1a8700e59901a48215b8577ac07-1"', ceph16: 'none' },
  },
  {
    question: 'CompleteMultipartUpload with two parts, the first of which is too small',
    look: async (place) => {
      const { MultipartUpload, ...upload } = await uploadOnePart(place, 'a')
      const { ETag } = await place.s3.send(new UploadPartCommand({ ...upload, PartNumber: 2, Body: 'end' }))
      const Parts = [...MultipartUpload.Parts, { PartNumber: 2, ETag }]
      return outcome(place.s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })))
    },
    seen: { aws: '400 EntityTooSmall' },
  },
  {
    question: 'CompleteMultipartUpload with a part that was uploaded again',
    look: async (place) => {
      const { MultipartUpload, ...upload } = await uploadOnePart(place, 'a')
      await place.s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'another' }))
      return outcome(place.s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload })))
    },
    seen: { aws: '400 InvalidPart' },
  },
  {
    question: 'CompleteMultipartUpload without one of the parts',
    look: async (place) => {
      const { MultipartUpload, ...upload } = await uploadOnePart(place, 'a')
      await place.s3.send(new UploadPartCommand({ ...upload, PartNumber: 2, Body: 'more' }))
      const refusal = await outcome(place.s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload })))
      return refusal === 'fine' ? textOf(place, 'a') : refusal
    },
    seen: { aws: 'part', ceph16: '400 InvalidPart' },
  },
  {
    question: 'a file whose parts have gaps in their numbers',
    look: async (place) => {
      const { UploadId, Key, Bucket, MultipartUpload } = await uploadOnePart(place, 'a', Buffer.alloc(PART_SIZE))
      const part = { UploadId, Key, Bucket, PartNumber: 7, Body: 'end' }
      const { ETag } = await place.s3.send(new UploadPartCommand(part))
      const Parts = [...MultipartUpload.Parts, { PartNumber: 7, ETag }]
      const complete = { UploadId, Key, Bucket, MultipartUpload: { Parts } }
      await place.s3.send(new CompleteMultipartUploadCommand(complete))
      return (await textOf(place, 'a')).slice(PART_SIZE - 1)
    },
    seen: { aws: '\0end' },
  },
  {
    question: 'CompleteMultipartUpload after AbortMultipartUpload',
    look: async (place) => {
      const upload = await uploadOnePart(place, 'a')
      await place.s3.send(new AbortMultipartUploadCommand(upload))
      return outcome(place.s3.send(new CompleteMultipartUploadCommand(upload)))
    },
    seen: { aws: '404 NoSuchUpload', ceph16: '500 InternalError' },
  },
  {
    question: 'CompleteMultipartUpload again',
    look: async (place) => {
      const upload = await uploadOnePart(place, 'a')
      await place.s3.send(new CompleteMultipartUploadCommand(upload))
      return outcome(place.s3.send(new CompleteMultipartUploadCommand(upload)))
    },
    seen: { aws: 'fine', garage: '404 NoSuchUpload', seaweed: '404 NoSuchUpload', b2: '404 NoSuchUpload' },
  },
  {
    question: 'CompleteMultipartUpload again, after the file was deleted',
    look: async (place) => {
      const upload = await uploadOnePart(place, 'a')
      await place.s3.send(new CompleteMultipartUploadCommand(upload))
      await place.s3.send(new DeleteObjectCommand(upload))
      return outcome(place.s3.send(new CompleteMultipartUploadCommand(upload)))
    },
    seen: { aws: '404 NoSuchUpload', ceph16: '500 InternalError' },
  },
  {
    question: 'AbortMultipartUpload after CompleteMultipartUpload',
    look: async (place) => {
      const upload = await uploadOnePart(place, 'a')
      await place.s3.send(new CompleteMultipartUploadCommand(upload))
      return outcome(place.s3.send(new AbortMultipartUploadCommand(upload)))
    },
    seen: { aws: '404 NoSuchUpload' },
  },
  {
    question: 'UploadPart and ListParts after AbortMultipartUpload',
    look: async (place) => {
      const upload = await uploadOnePart(place, 'a')
      await place.s3.send(new AbortMultipartUploadCommand(upload))
      const part = await outcome(place.s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'late' })))
      return `${part}, ${await outcome(place.s3.send(new ListPartsCommand(upload)))}`
    },
    seen: { aws: '404 NoSuchUpload, 404 NoSuchUpload', ceph16: '404 NoSuchUpload, 404 NoSuchKey' },
  },
]
