/**
 * Access rules: names and passwords, tokens, links that expire, pages of other sites.
 *
 * @module
 */
export { credentials } from './access/credentials.ts'
export type { Authorize, Credential, CredentialsOptions } from './access/credentials.ts'
export { signedLinks } from './access/signed-links.ts'
export type { FileVersion } from './access/link-version.ts'
export type {
  LinkedFile,
  LinkOptions,
  LinkTarget,
  SignedLinks,
  SignedLinksOptions,
  VerifiedLink,
} from './access/signed-links.ts'
export type { SiteOptions } from './access/check-site.ts'
export { siteGuard } from './access/site-guard.ts'
export type { SiteGuard } from './access/site-guard.ts'
export type { Secret } from './access/signer.ts'
export type { UploadAction, UploadRequest } from './access/upload-request.ts'
export type { AnyRequest } from './http/to-incoming.ts'
