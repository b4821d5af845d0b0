/**
 * Safe names for files of clients, and keys, under which files are stored.
 *
 * @module
 */
export { secureFilename } from './filename/secure-filename.ts'
export { isStoredName, storedName } from './filename/stored-name.ts'
export { conflictName, conflictNames } from './filename/conflict-names.ts'
export { isKey, keyFromPath, pathFromKey, safeKey } from './filename/key.ts'
export { extensionOf, lowercaseExtension, splitExtension } from './filename/extension.ts'
export type { SplitName } from './filename/extension.ts'
