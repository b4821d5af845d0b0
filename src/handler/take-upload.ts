import type { Incoming } from '../http/incoming.ts'
import type { Outgoing } from '../http/outgoing.ts'
import { deleteFiles } from '../policy/delete-files.ts'
import type { Receipt } from '../protocols/receipt.ts'
import { receiveUpload } from '../protocols/receive-upload.ts'
import { checkPreconditions, checkUnseen } from '../serve/preconditions.ts'
import { toCreatedAnswer } from './file-answer.ts'
import type { Gate } from './gate.ts'
import { jsonOutgoing } from './json-outgoing.ts'
import { redirectOutgoing } from './page/page-answer.ts'
import type { UploadPage } from './page/page.ts'
import type { Route } from './route.ts'
import type { UploadSlots } from './upload-slots.ts'

export interface TakeUploadOptions {
  readonly slots: UploadSlots
  /** The page to which a browser is redirected after the upload; `undefined` for a program, which gets JSON. */
  readonly page: UploadPage | undefined
  readonly skipCompanions: boolean | undefined
}

/**
 * POST to a set, PUT to a file. The gate and the preconditions come first, then the slot, and then the first byte of
 * the body.
 *
 * @throws {UploadError} the refusals of the gate, the preconditions, the slots and the protocols. No file is left then.
 */
export async function takeUpload(
  incoming: Incoming,
  route: Route,
  gate: Gate,
  { slots, page, skipCompanions }: TakeUploadOptions,
): Promise<Outgoing> {
  const { set, limits, key } = route
  await gate.admit('upload', incoming, route)
  const unseenAs = route.key === undefined ? undefined : await gate.unseenName(incoming, route)
  if (unseenAs !== undefined) checkUnseen(incoming)
  else if (key !== undefined) await checkPreconditions(incoming, set.storage, key)
  const receipt = await slots.during(incoming, (measured) =>
    receiveUpload({ incoming: measured, set, limits, key, unseenAs, skipCompanions }),
  )
  try {
    const stored = receipt.files.map((file) => file.stored.key)
    return { ...createdOutgoing(incoming, route, receipt, page), stored }
  } catch (error) {
    // A client that is told of a failure sends the files again.
    await deleteFiles(set.storage, receipt.published)
    throw error
  }
}

function createdOutgoing(incoming: Incoming, route: Route, receipt: Receipt, page: UploadPage | undefined): Outgoing {
  if (page !== undefined) return redirectOutgoing(page, incoming, route, receipt)
  const answer = toCreatedAnswer(route, receipt)
  const [first] = answer.files
  const location = answer.files.length === 1 && first !== undefined ? { location: first.url } : {}
  return jsonOutgoing(incoming, 201, answer, location)
}
