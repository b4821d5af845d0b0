/**
 * Rules about extensions, and the media types of files.
 *
 * @module
 */
export { allows, combineRules, listExtensions } from './media/extension-rule.ts'
export type { ExtensionRule, ExtensionRules } from './media/extension-rule.ts'
export { EXTENSION_GROUP_NAMES, parseExtensions } from './media/parse-extensions.ts'
export { claimedType, inertType, isActive, isInline, mediaType, withCharset } from './media/media-type.ts'
