import type { Call } from './call.ts'
import { EngineError } from './engine-error.ts'
import { emptyAnswer, xmlAnswer } from './engine-message.ts'
import type { EngineAnswer } from './engine-message.ts'

/** HeadBucket. */
export function headBucket(): EngineAnswer {
  return emptyAnswer(200)
}

/** PutBucketLifecycleConfiguration. The rules are kept, but nothing happens by them. */
export function putBucketLifecycle({ bucket, request }: Call): EngineAnswer {
  const xml = request.body.toString()
  if (!xml.includes('<Rule>')) throw new EngineError('MalformedXML')
  bucket.lifecycle = xml.replace(/^<\?xml[^>]*>\s*/, '')
  return emptyAnswer(200)
}

/** GetBucketLifecycleConfiguration. */
export function getBucketLifecycle({ bucket }: Call): EngineAnswer {
  if (bucket.lifecycle === undefined) throw new EngineError('NoSuchLifecycleConfiguration')
  return xmlAnswer(bucket.lifecycle)
}
