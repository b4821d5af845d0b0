/**
 * Rules about extensions, and the media types of files.
 *
 * @module
 */
export { inertType, isActive, isInline, withCharset } from './media/active-type.ts'
export { claimedType } from './media/claimed-type.ts'
export { allows, combineRules, listExtensions } from './media/extension-rule.ts'
export type { ExtensionRule, ExtensionRules } from './media/extension-rule.ts'
export { EXTENSION_GROUP_NAMES, parseExtensions } from './media/parse-extensions.ts'
export { mediaType } from './media/type-by-name.ts'
