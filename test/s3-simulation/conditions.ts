import type { StoredObject } from './bucket.ts'
import type { Call } from './call.ts'
import { EngineError } from './engine-error.ts'
import type { ConditionSupport } from './profile.ts'

/** How an engine treats the two conditions of a write. */
export interface WriteSupport {
  readonly ifNoneMatch: ConditionSupport
  readonly ifMatch: ConditionSupport
}

/**
 * Checks the conditions of a write. The caller writes in the same turn.
 *
 * @throws {EngineError} if a condition is not met, or not supported.
 */
export async function checkWrite(call: Call, { ifNoneMatch, ifMatch }: WriteSupport): Promise<void> {
  const { headers } = call.request
  const [none, match] = [headers.get('if-none-match'), headers.get('if-match')]
  if (none !== undefined) {
    await checkBy(ifNoneMatch, call, () => {
      if (none !== '*') throw new EngineError('NotImplemented', 'If-None-Match of a write can only be *')
      if (call.bucket.objects.has(call.key)) throw lostRace(call)
    })
  }
  if (match !== undefined) {
    await checkBy(ifMatch, call, () => {
      const object = call.bucket.objects.get(call.key)
      if (object === undefined) throw new EngineError('NoSuchKey')
      if (!isETag(match, object)) throw lostRace(call)
    })
  }
}

/** @throws {EngineError} `PreconditionFailed` if the source of a copy is another object by now. */
export async function checkCopySource(call: Call, source: StoredObject): Promise<void> {
  const { headers } = call.request
  const [match, none] = [headers.get('x-amz-copy-source-if-match'), headers.get('x-amz-copy-source-if-none-match')]
  if (match === undefined && none === undefined) return
  await checkBy(call.profile.copySourceIfMatch, call, () => {
    if (match !== undefined && !isETag(match, source)) throw new EngineError('PreconditionFailed')
    if (none !== undefined && isETag(none, source)) throw new EngineError('PreconditionFailed')
  })
}

/** Whether a reader has the object already. @throws {EngineError} `PreconditionFailed` */
export function isNotModified(call: Call, object: StoredObject): boolean {
  const { headers } = call.request
  const [match, none] = [headers.get('if-match'), headers.get('if-none-match')]
  if (match !== undefined && !isETag(match, object)) throw new EngineError('PreconditionFailed')
  return none !== undefined && isETag(none, object)
}

async function checkBy(support: ConditionSupport, call: Call, check: () => void): Promise<void> {
  if (support === 'ignored') return
  if (support === 'refused') throw new EngineError('NotImplemented', 'A header you provided implies functionality')
  if (support === 'failing') throw new EngineError('PreconditionFailed')
  check()
  if (support === 'racy') await call.turn()
}

/** S3 has two answers for the writer that comes second. */
function lostRace(call: Call): EngineError {
  return new EngineError(call.pick(['PreconditionFailed', 'ConditionalRequestConflict']))
}

function isETag(condition: string, { etag }: StoredObject): boolean {
  return condition
    .split(',')
    .map((each) => each.trim())
    .some((each) => each === '*' || each === etag || `"${each}"` === etag)
}
