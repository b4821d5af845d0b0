/**
 * Who may do what: names and passwords, tokens, links that expire.
 *
 * @module
 */
export { credentials } from './access/credentials.ts'
export type { Authorize, Credential, CredentialsOptions } from './access/credentials.ts'
export { signedLinks } from './access/signed-links.ts'
export type { LinkTarget, SignedLinks, SignedLinksOptions } from './access/signed-links.ts'
export type { Secret } from './access/signer.ts'
export type { UploadAction, UploadRequest } from './access/upload-request.ts'
