import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3ServiceException,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import type { S3Client } from '@aws-sdk/client-s3'
import type { ProfileName } from './profile.ts'

/** A client on a bucket that is empty. */
export interface Place {
  readonly s3: S3Client
  readonly Bucket: string
}

/** One thing that can be seen of an engine, and what is seen there. */
export interface EngineFact {
  readonly question: string
  readonly look: (place: Place) => Promise<string>
  /** What AWS does, and what others do if they differ. */
  readonly seen: Readonly<{ aws: string } & Partial<Record<ProfileName, string>>>
}

/** The input of CompleteMultipartUpload for an upload of one part. */
interface OnePart {
  readonly Bucket: string
  readonly Key: string
  readonly UploadId: string | undefined
  readonly MultipartUpload: { readonly Parts: { PartNumber: number; ETag: string | undefined }[] }
}

const WRONG = '"00000000000000000000000000000000"'
const PART_SIZE = 5 * 1024 * 1024

/** `fine`, or the status and the code of the refusal. */
export async function outcome(sent: Promise<unknown>): Promise<string> {
  try {
    await sent
    return 'fine'
  } catch (error) {
    if (error instanceof S3ServiceException) return `${error.$metadata.httpStatusCode} ${error.name}`
    throw error
  }
}

/** The text of an object, or the refusal. */
export async function textOf({ s3, Bucket }: Place, Key: string): Promise<string> {
  const holder = { text: '' }
  const refusal = await outcome(
    s3.send(new GetObjectCommand({ Bucket, Key })).then(async ({ Body }) => {
      holder.text = (await Body?.transformToString()) ?? ''
    }),
  )
  return refusal === 'fine' ? holder.text : refusal
}

/** An upload with one part that can be completed. */
export async function uploadOnePart(
  { s3, Bucket }: Place,
  Key: string,
  Body: string | Uint8Array = 'part',
): Promise<OnePart> {
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))
  const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body }))
  return { Bucket, Key, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }
}

const put = ({ s3, Bucket }: Place, Key: string, Body: string, conditions = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...conditions }))

/** How many of these writers won. */
async function winnersOf(writes: readonly Promise<unknown>[]): Promise<string> {
  const results = await Promise.allSettled(writes)
  return `${results.filter(({ status }) => status === 'fulfilled').length} of ${writes.length}`
}

const CONDITIONS: readonly EngineFact[] = [
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
      const { ETag } = await put(place, 'a', 'first')
      return outcome(put(place, 'a', 'second', { IfMatch: ETag }))
    },
    seen: { aws: 'fine', ceph16: '412 PreconditionFailed', b2: '501 NotImplemented' },
  },
  {
    question: 'PutObject with If-Match on a missing key',
    look: (place) => outcome(put(place, 'a', 'text', { IfMatch: WRONG })),
    seen: { aws: '404 NoSuchKey', ceph16: '412 PreconditionFailed', garage: 'fine', b2: '501 NotImplemented' },
  },
  {
    question: 'GetObject with the right ETag in If-Match',
    look: async (place) => {
      const { ETag } = await put(place, 'a', 'text')
      return outcome(place.s3.send(new GetObjectCommand({ Bucket: place.Bucket, Key: 'a', IfMatch: ETag })))
    },
    seen: { aws: 'fine' },
  },
  {
    question: 'GetObject with a wrong ETag in If-Match',
    look: async (place) => {
      await put(place, 'a', 'text')
      return outcome(place.s3.send(new GetObjectCommand({ Bucket: place.Bucket, Key: 'a', IfMatch: WRONG })))
    },
    seen: { aws: '412 PreconditionFailed' },
  },
  {
    question: 'GetObject with the right ETag in If-None-Match',
    look: async (place) => {
      const { ETag } = await put(place, 'a', 'text')
      const send = place.s3.send(new GetObjectCommand({ Bucket: place.Bucket, Key: 'a', IfNoneMatch: ETag }))
      return (await outcome(send)).slice(0, 3)
    },
    seen: { aws: '304' },
  },
  {
    question: 'DeleteObject with a wrong ETag in If-Match',
    look: async (place) => {
      await put(place, 'a', 'text')
      return outcome(place.s3.send(new DeleteObjectCommand({ Bucket: place.Bucket, Key: 'a', IfMatch: WRONG })))
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
      const copy = { Bucket, Key: 'b', CopySource: `${Bucket}/a`, CopySourceIfMatch: WRONG }
      return outcome(s3.send(new CopyObjectCommand(copy)))
    },
    seen: { aws: '412 PreconditionFailed', ceph16: 'fine' },
  },
]

const COPIES: readonly EngineFact[] = [
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

const UPLOADS: readonly EngineFact[] = [
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

const LISTS: readonly EngineFact[] = [
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

const OTHERS: readonly EngineFact[] = [
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
      const { s3, Bucket } = place
      await put(place, 'a', 'hello')
      const seen = ['bytes=1-3', 'bytes=3-', 'bytes=-2', 'bytes=5-'].map(async (Range) => {
        const holder = { text: '' }
        const refusal = await outcome(
          s3.send(new GetObjectCommand({ Bucket, Key: 'a', Range })).then(async ({ Body, ContentRange }) => {
            holder.text = `${await Body?.transformToString()} ${ContentRange}`
          }),
        )
        return refusal === 'fine' ? holder.text : refusal
      })
      return (await Promise.all(seen)).join(', ')
    },
    seen: { aws: 'ell bytes 1-3/5, lo bytes 3-4/5, lo bytes 3-4/5, 416 InvalidRange' },
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

/** What is known of the engines. Of `ceph16` all was seen on Ceph 16.2.15. */
export const ENGINE_FACTS: readonly EngineFact[] = [...CONDITIONS, ...COPIES, ...UPLOADS, ...LISTS, ...OTHERS]
