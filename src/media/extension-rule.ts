import { tellValue } from '../errors/tell-value.ts'
import { shadowOf } from '../filename/shadow.ts'

/**
 * A set of extensions: those of a list, or all but some. Case and a leading dot do not matter, so `['jpg']` and
 * `['.JPG']` are the same; `''` stands for names without an extension.
 */
export type ExtensionRule = readonly string[] | { readonly except: readonly string[] }

/** Every extension, and none at all. */
export const ALL: ExtensionRule = { except: [] }

/**
 * Every extension but these. Like Flask-Uploads' `AllExcept` it takes names without an extension. Throws a TypeError
 * for anything but a list.
 */
export function allExcept(extensions: readonly string[]): ExtensionRule {
  checkRule(extensions)
  return { except: extensions }
}

/**
 * True if the rule allows the extension; both may be in any case.
 *
 * @throws {TypeError} if an entry of the rule cannot be an extension, such as `tar.gz` or `image/png`: a rule that
 *   never matches would be worse.
 */
export function allows(rule: ExtensionRule, extension: string): boolean {
  return extensionTest(rule)(extension)
}

/** `allows`, for a rule that is used often: it is parsed once. */
export function extensionTest(rule: ExtensionRule): (extension: string) => boolean {
  checkRule(rule)
  const extensions = new Set(normalize(isList(rule) ? rule : rule.except))
  return (extension) => extensions.has(shadowOf(extension)) === isList(rule)
}

/** The parts of a set's extensions. */
export interface ExtensionRules {
  readonly extensions: ExtensionRule
  /** Allowed besides `extensions`; default none. */
  readonly allow?: ExtensionRule | undefined
  /** Denied; default none. */
  readonly deny?: ExtensionRule | undefined
  /** The winner if both `allow` and `deny` name an extension; default `deny`. Flask-Uploads lets `allow` win. */
  readonly winner?: 'allow' | 'deny' | undefined
}

/**
 * One rule out of extensions, allow and deny.
 *
 * @throws {TypeError} as `allows`, so that a mistake is found when a set is made.
 */
export function combineRules({ extensions, allow = [], deny = [], winner = 'deny' }: ExtensionRules): ExtensionRule {
  for (const rule of [extensions, allow, deny]) checkRule(rule)
  return winner === 'deny' ? without(union(extensions, allow), deny) : union(without(extensions, deny), allow)
}

/**
 * The extensions of a rule, lower-case, without dots, each once: for a message or an `accept` attribute. `undefined` if
 * they cannot be listed, as with `ALL` and `allExcept`.
 *
 * @throws {TypeError} as `allows`.
 */
export function listExtensions(rule: ExtensionRule): readonly string[] | undefined {
  checkRule(rule)
  return isList(rule) ? normalize(rule) : undefined
}

/** `Array.isArray` does not narrow a readonly array out of a union. */
function isList(rule: ExtensionRule): rule is readonly string[] {
  return Array.isArray(rule)
}

/** @throws {TypeError} for a rule that JavaScript may pass, such as `'*'`: each letter would be an extension. */
function checkRule(rule: ExtensionRule): void {
  const list: unknown = typeof rule === 'object' && rule !== null && 'except' in rule ? rule.except : rule
  const entries: readonly unknown[] = Array.isArray(list) ? list : []
  const at = entries.findIndex((extension) => typeof extension !== 'string')
  if (Array.isArray(list) && at === -1) return
  const wrong = at === -1 ? list : entries[at]
  const advice =
    typeof wrong === 'string' && /^[\w.]+$/.test(wrong)
      ? `write [${JSON.stringify(wrong)}]`
      : "use a list such as ['png', 'pdf'], a group such as IMAGES, or ALL for every extension"
  throw new TypeError(`${tellValue(wrong)} is not a list of extensions: ${advice}.`)
}

function union(a: ExtensionRule, b: ExtensionRule): ExtensionRule {
  if (isList(a)) return isList(b) ? normalize([...a, ...b]) : { except: normalize(b.except.filter(outside(a))) }
  if (isList(b)) return union(b, a)
  return { except: normalize(a.except.filter(outside({ except: b.except }))) }
}

function without(a: ExtensionRule, b: ExtensionRule): ExtensionRule {
  return complement(union(complement(a), b))
}

function complement(rule: ExtensionRule): ExtensionRule {
  return isList(rule) ? { except: rule } : rule.except
}

function outside(rule: ExtensionRule): (extension: string) => boolean {
  return (extension) => !allows(rule, normalizeOne(extension))
}

function normalize(extensions: readonly string[]): readonly string[] {
  return [...new Set(extensions.map(normalizeOne))]
}

function normalizeOne(extension: string): string {
  const bare = shadowOf(extension).replace(/^\./, '')
  if (/[./\\\s,*]/.test(bare)) {
    throw new TypeError(
      `${JSON.stringify(extension)} is not a valid extension: write what follows the last dot, such as "gz"`,
    )
  }
  return bare
}
