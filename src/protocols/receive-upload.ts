import { receiveBinary } from './binary/binary-protocol.ts'
import { formProtocol } from './form/form-protocol.ts'
import type { Receipt } from './receipt.ts'
import type { AdmittedUpload, UploadProtocol } from './upload-protocol.ts'

/** The protocols, in the order in which they are asked. A new one belongs here. */
const PROTOCOLS: readonly UploadProtocol[] = [formProtocol]

/**
 * Receives an upload by the first protocol that claims it. The body of any other request is the file itself.
 *
 * @throws {UploadError} as the protocol. Nothing of the upload is left then.
 */
export function receiveUpload(upload: AdmittedUpload): Promise<Receipt> {
  const protocol = PROTOCOLS.find((each) => each.claims(upload))
  return protocol === undefined ? receiveBinary(upload) : protocol.receive(upload)
}
