import { getBucketLifecycle, headBucket, putBucketLifecycle } from './bucket-operations.ts'
import type { Call } from './call.ts'
import { completeMultipartUpload } from './complete-operation.ts'
import { copyObject, uploadPartCopy } from './copy-operations.ts'
import type { EngineAnswer, EngineRequest } from './engine-message.ts'
import { listMultipartUploads, listObjects } from './list-operations.ts'
import { deleteObject, deleteObjects, getObject, headObject, putObject } from './object-operations.ts'
import { abortMultipartUpload, createMultipartUpload, listParts, uploadPart } from './upload-operations.ts'

/** The operations on a bucket that is there, by the names of S3. */
type BucketOperationName =
  | 'AbortMultipartUpload'
  | 'CompleteMultipartUpload'
  | 'CopyObject'
  | 'CreateMultipartUpload'
  | 'DeleteObject'
  | 'DeleteObjects'
  | 'GetBucketLifecycleConfiguration'
  | 'GetObject'
  | 'HeadBucket'
  | 'HeadObject'
  | 'ListMultipartUploads'
  | 'ListObjectsV2'
  | 'ListParts'
  | 'PutBucketLifecycleConfiguration'
  | 'PutObject'
  | 'UploadPart'
  | 'UploadPartCopy'

/** The name of an operation. */
export type OperationName = BucketOperationName | 'CreateBucket'

/** The function of each operation. It performs `CreateBucket` itself. */
export const OPERATIONS: Readonly<Record<BucketOperationName, (call: Call) => EngineAnswer | Promise<EngineAnswer>>> = {
  AbortMultipartUpload: abortMultipartUpload,
  CompleteMultipartUpload: completeMultipartUpload,
  CopyObject: copyObject,
  CreateMultipartUpload: createMultipartUpload,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  GetBucketLifecycleConfiguration: getBucketLifecycle,
  GetObject: getObject,
  HeadBucket: headBucket,
  HeadObject: headObject,
  ListMultipartUploads: listMultipartUploads,
  ListObjectsV2: listObjects,
  ListParts: listParts,
  PutBucketLifecycleConfiguration: putBucketLifecycle,
  PutObject: putObject,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
}

/** The operation that a request asks for; `undefined` if the engine does not know it. */
export function operationOf(request: EngineRequest, key: string): OperationName | undefined {
  return key === '' ? bucketOperation(request) : objectOperation(request)
}

function bucketOperation({ method, query }: EngineRequest): OperationName | undefined {
  if (query.has('lifecycle')) {
    return method === 'PUT'
      ? 'PutBucketLifecycleConfiguration'
      : method === 'GET'
        ? 'GetBucketLifecycleConfiguration'
        : undefined
  }
  if (method === 'GET' && query.has('uploads')) return 'ListMultipartUploads'
  if (method === 'GET' && query.get('list-type') === '2') return 'ListObjectsV2'
  if (method === 'POST' && query.has('delete')) return 'DeleteObjects'
  if (method === 'HEAD') return 'HeadBucket'
  return method === 'PUT' && query.size === 0 ? 'CreateBucket' : undefined
}

function objectOperation({ method, query, headers }: EngineRequest): OperationName | undefined {
  const isCopy = headers.has('x-amz-copy-source')
  const isOfUpload = query.has('uploadId')
  switch (method) {
    case 'GET':
      return isOfUpload ? 'ListParts' : 'GetObject'
    case 'HEAD':
      return 'HeadObject'
    case 'DELETE':
      return isOfUpload ? 'AbortMultipartUpload' : 'DeleteObject'
    case 'PUT':
      if (isOfUpload) return isCopy ? 'UploadPartCopy' : 'UploadPart'
      return isCopy ? 'CopyObject' : 'PutObject'
    case 'POST':
      if (query.has('uploads')) return 'CreateMultipartUpload'
      return isOfUpload ? 'CompleteMultipartUpload' : undefined
    default:
      return undefined
  }
}
