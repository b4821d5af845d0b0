import { expectationOf } from './content-table.ts'
import {
  ARCHIVES,
  AUDIO,
  DATA,
  DEFAULTS,
  DOCUMENTS,
  EXECUTABLES,
  IMAGES,
  OFFICE,
  PHOTOS,
  SCRIPTS,
  SOURCE,
  TEXT,
  VIDEO,
} from './extension-groups.ts'
import { ALL, combineRules } from './extension-rule.ts'
import type { ExtensionRule } from './extension-rule.ts'

/** The groups by their words on a command line. */
const GROUPS: ReadonlyMap<string, ExtensionRule> = new Map<string, ExtensionRule>([
  ['text', TEXT],
  ['documents', DOCUMENTS],
  ['office', OFFICE],
  ['images', IMAGES],
  ['photos', PHOTOS],
  ['audio', AUDIO],
  ['video', VIDEO],
  ['data', DATA],
  ['scripts', SCRIPTS],
  ['archives', ARCHIVES],
  ['source', SOURCE],
  ['executables', EXECUTABLES],
  ['defaults', DEFAULTS],
  ['all', ALL],
])

/** The words that stand for groups of extensions: `images`, `documents`, ..., `all`. */
export const EXTENSION_GROUP_NAMES: readonly string[] = [...GROUPS.keys()]

/**
 * The rule of a list of groups and extensions, such as `images,pdf` or `all`. Case and spaces do not matter.
 *
 * A bare word has to be a group or a known extension, so that `imges` is noticed. Write any other extension with its
 * dot: `.xyz`.
 *
 * @throws {TypeError} that names the word and lists the groups.
 */
export function parseExtensions(text: string): ExtensionRule {
  return text
    .split(',')
    .map((word) => parseWord(word.trim().toLowerCase()))
    .reduce((extensions, allow) => combineRules({ extensions, allow }))
}

function parseWord(word: string): ExtensionRule {
  const group = GROUPS.get(word)
  if (group !== undefined) return group
  if (/^\.[^./\\\s*]+$/.test(word)) return [word.slice(1)]
  if (expectationOf(word).type !== undefined) return [word]
  const dotted = /^[^./\\\s*]+$/.test(word) ? `; for the extension itself write .${word}` : ''
  throw new TypeError(
    `${JSON.stringify(word)} is neither a group nor a known extension${dotted}. Groups are ${EXTENSION_GROUP_NAMES.join(', ')}.`,
  )
}
