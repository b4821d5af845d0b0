import type { Incoming } from '../http/incoming.ts'
import type { Outgoing } from '../http/outgoing.ts'
import { deleteFiles } from '../policy/delete-files.ts'
import { checkFilePlace } from '../policy/file-place.ts'
import { isThenable } from '../policy/is-thenable.ts'
import { publishWith } from '../policy/publish-with.ts'
import type { Placement } from '../policy/upload-head.ts'
import type { Receipt } from '../protocols/receipt.ts'
import { receiveUpload } from '../protocols/receive-upload.ts'
import type { AdmittedUpload } from '../protocols/upload-protocol.ts'
import { checkPreconditions, checkUnseen } from '../serve/preconditions.ts'
import { toCreatedAnswer } from './file-answer.ts'
import type { Gate } from './gate.ts'
import { watched } from './hook-watch.ts'
import type { UploadHooks } from './hooks.ts'
import { jsonOutgoing } from './json-outgoing.ts'
import { toJsonResult } from './json-result.ts'
import { redirectOutgoing } from './page/page-answer.ts'
import type { UploadPage } from './page/page.ts'
import type { Route } from './route.ts'
import { untilGone } from './until-gone.ts'
import type { UploadSlots } from './upload-slots.ts'

export interface TakeUploadOptions extends Pick<UploadHooks<unknown, unknown>, 'place' | 'stored'> {
  readonly slots: UploadSlots
  /** The page to which a browser is redirected after the upload; `undefined` for a program, which gets JSON. */
  readonly page: UploadPage | undefined
  readonly skipCompanions: boolean | undefined
  /** Gets a `TypeError` if `stored` takes long, and if JSON cannot hold its result. */
  readonly onHookFault: (error: TypeError) => void
}

/**
 * POST to a set, PUT to a file. The gate and the preconditions come first, then the slot, and then the first byte of
 * the body.
 *
 * @throws {UploadError} the refusals of the gate, the preconditions, the slots and the protocols; the errors of the
 *   hooks. No file is left then.
 */
export async function takeUpload(
  incoming: Incoming,
  route: Route,
  gate: Gate,
  options: TakeUploadOptions,
): Promise<Outgoing> {
  const { set, limits, key } = route
  await gate.admit('upload', incoming, route)
  const unseenAs = route.key === undefined ? undefined : await gate.unseenName(incoming, route)
  if (unseenAs !== undefined) checkUnseen(incoming)
  else if (key !== undefined) await checkPreconditions(incoming, set.storage, key)
  const upload = {
    set,
    limits,
    key,
    unseenAs: unseenAs === undefined ? undefined : route.scope.keyOf(unseenAs),
    skipCompanions: options.skipCompanions,
    place: toPlacing(incoming, route, options),
    publish: toPublishing(incoming, route, options),
  }
  const receipt = await options.slots.during(incoming, (measured) => receiveUpload({ ...upload, incoming: measured }))
  try {
    const stored = receipt.files.map((file) => file.stored.key)
    return { ...createdOutgoing(incoming, route, receipt, options.page), stored }
  } catch (error) {
    // A client that is told of a failure sends the files again. If `stored` has written rows, they need their files.
    if (options.stored === undefined) await deleteFiles(set.storage, receipt.published)
    throw error
  }
}

/** The place of a posted file: the choice of the hook, below the scope. */
function toPlacing(incoming: Incoming, route: Route, { place }: TakeUploadOptions): AdmittedUpload['place'] {
  const { set, context, scope } = route
  if (place === undefined) return scope.folder === '' ? undefined : () => ({ folder: scope.folder })
  const request = { set: set.name, request: incoming.native, context, scope: scope.folder }
  const toPlacement = (chosen: unknown): Placement => placementBelow(scope.folder, chosen)
  return ({ filename, type, field }) => {
    const chosen = place({ ...request, filename, type, field })
    return isThenable(chosen) ? untilGone(chosen, incoming.signal).then(toPlacement) : toPlacement(chosen)
  }
}

/** @throws {TypeError} as `checkFilePlace`. */
function placementBelow(scope: string, chosen: unknown): Placement {
  const place: unknown = chosen === undefined ? {} : chosen
  checkFilePlace('the result of "place"', place)
  if (scope === '') return place
  // The set reads a folder in a name only if there is no other folder.
  const { name = '' } = place
  const slash = place.folder === undefined ? name.lastIndexOf('/') : -1
  const folder = slash === -1 ? place.folder : name.slice(0, slash)
  return { folder: folder === undefined ? scope : `${scope}/${folder}`, name: name.slice(slash + 1) }
}

/** Publishes the files together: in the transaction of the `stored` hook, if there is one. */
function toPublishing(
  incoming: Incoming,
  route: Route,
  { stored, onHookFault }: TakeUploadOptions,
): AdmittedUpload['publish'] {
  if (stored === undefined) return undefined
  const { set, context, scope } = route
  const { native, signal } = incoming
  const client = { set: set.name, request: native, context, scope: scope.folder, signal }
  return (drafts, fields) =>
    publishWith(
      drafts,
      async (files, transaction) => {
        const run = (): unknown => stored(files, { ...client, transaction, fields })
        const result: unknown = await watched('stored', run, onHookFault)
        return { stored: files, result: toJsonResult('stored', result, onHookFault) }
      },
      { signal },
    )
}

function createdOutgoing(incoming: Incoming, route: Route, receipt: Receipt, page: UploadPage | undefined): Outgoing {
  if (page !== undefined) return redirectOutgoing(page, incoming, route, receipt)
  const answer = toCreatedAnswer(route, receipt)
  const [first] = answer.files
  const location = answer.files.length === 1 && first !== undefined ? { location: first.url } : {}
  return jsonOutgoing(incoming, 201, answer, location)
}
