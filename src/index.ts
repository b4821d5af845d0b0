/**
 * Receive files from a form, keep them under a policy, and name them safely.
 *
 * @module
 */
export { isUploadError, UploadError } from './errors/upload-error.ts'
export type { AnyUploadError } from './errors/upload-error.ts'
export type { UploadErrorCode, UploadErrorDetails } from './errors/upload-error-table.ts'
export { toProblem } from './errors/problem.ts'
export type { Problem } from './errors/problem.ts'
export { secureFilename } from './filename/secure-filename.ts'
export { isStoredName, storedName } from './filename/stored-name.ts'
export { conflictName, conflictNames } from './filename/conflict-names.ts'
export { isKey, keyFromPath, pathFromKey, safeKey } from './filename/key.ts'
export { extensionOf, lowercaseExtension, splitExtension } from './filename/extension.ts'
export type { SplitName } from './filename/extension.ts'
export {
  ARCHIVES,
  AUDIO,
  DATA,
  DEFAULTS,
  DOCUMENTS,
  EXECUTABLES,
  IMAGES,
  SCRIPTS,
  SOURCE,
  TEXT,
} from './media/extension-groups.ts'
export { ALL, allExcept, allows, combineRules, listExtensions } from './media/extension-rule.ts'
export type { ExtensionRule, ExtensionRules } from './media/extension-rule.ts'
export { EXTENSION_GROUP_NAMES, parseExtensions } from './media/parse-extensions.ts'
export { inertType, isActive, isInline, mediaType, toMediaType, withCharset } from './media/media-type.ts'
