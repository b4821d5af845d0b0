import { checkOptions } from '../errors/check-options.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { DEFAULTS } from '../media/extension-groups.ts'
import { combineRules } from '../media/extension-rule.ts'
import type { ExtensionRule } from '../media/extension-rule.ts'
import { parseExtensions } from '../media/parse-extensions.ts'
import { uploadSet } from '../policy/upload-set.ts'
import type { UploadSet } from '../policy/upload-set.ts'
import type { UploadSetOptions } from '../policy/upload-set-options.ts'
import { diskStorage } from '../storage/disk/disk-storage.ts'
import type { Storage } from '../storage/storage.ts'
import { checkVariables, readUrl, readVariable, toSetVariables } from './set-variables.ts'
import type { Environment, SetVariables } from './set-variables.ts'

const DEFAULT_PREFIX = 'UPLOADS_DEFAULT_'
const DEFAULT_FOLDER = 'UPLOADS_DEFAULT_DEST'
const DEFAULT_URL = 'UPLOADS_DEFAULT_URL'

/** The part of a set that the code decides; the environment adds the rest. */
export interface SetDeclaration extends Omit<UploadSetOptions, 'storage'> {
  /** The folder of its files unless the environment has one for this set: Flask-Uploads' `default_dest`. */
  readonly folder?: string | undefined
  /** The URL of its files unless the environment has one: the route of your own server. */
  readonly url?: string | undefined
}

/** Options of `setsFromEnv`. */
export interface SetsFromEnvOptions {
  /** The storage of a set's folder. Default `diskStorage(folder)`. */
  readonly storage?: ((folder: string, set: string) => Storage) | undefined
}

/** The sets by the names under which they were declared. */
export type SetsByName<Declarations> = { readonly [Name in keyof Declarations & string]: UploadSet<Name> }

/**
 * Upload sets, configured by the environment under Flask-Uploads' names. Of the set `photos`:
 *
 * - `UPLOADED_PHOTOS_DEST`: its folder. Without it, the declared `folder`; without that, `UPLOADS_DEFAULT_DEST`, and in
 *   it a folder with the set's name.
 * - `UPLOADED_PHOTOS_URL`: the URL of its files. Without it, if the folder came from `UPLOADS_DEFAULT_DEST`, it is
 *   `UPLOADS_DEFAULT_URL` with the set's name. Without that, it is the declared `url`.
 * - `UPLOADED_PHOTOS_ALLOW`, `UPLOADED_PHOTOS_DENY`: extensions that are accepted or refused besides those declared, as
 *   a list such as `svg,heic`, groups too. As in Flask-Uploads, ALLOW wins over DENY. A declared `deny` wins over both.
 *
 * The environment is read once, here, and only the object that you pass.
 *
 * @example
 * ```ts
 * const { photos, papers } = setsFromEnv(process.env, { photos: { extensions: IMAGES }, papers: { extensions: DOCUMENTS } })
 * ```
 * @throws {TypeError} that names the variable which is missing, empty, wrong or unknown; for two sets with the same
 *   variables; and as `uploadSet`.
 */
export function setsFromEnv<const Declarations extends Readonly<Record<string, SetDeclaration>>>(
  environment: Environment,
  declarations: Declarations,
  options?: SetsFromEnvOptions,
): SetsByName<Declarations>
export function setsFromEnv(
  environment: Environment,
  declarations: Readonly<Record<string, SetDeclaration>>,
  options: SetsFromEnvOptions = {},
): Readonly<Record<string, UploadSet>> {
  checkOptions('setsFromEnv', options, { storage: OPTION_KINDS.call } satisfies OptionKinds<SetsFromEnvOptions>)
  const { storage = (folder: string) => diskStorage(folder) } = options
  const defaults = { folder: readVariable(environment, DEFAULT_FOLDER), url: readUrl(environment, DEFAULT_URL) }
  checkVariables(environment, DEFAULT_PREFIX, [DEFAULT_FOLDER, DEFAULT_URL])

  const sets: Record<string, UploadSet> = {}
  const owners = new Map<string, string>()
  for (const [name, { folder: declaredFolder, url: declaredUrl, ...policy }] of Object.entries(declarations)) {
    const { prefix, ...variables } = toSetVariables(name)
    const owner = owners.get(prefix)
    if (owner !== undefined)
      throw new TypeError(
        `The upload sets "${owner}" and "${name}" would both have the variables ${prefix}DEST and so on. Rename one of them.`,
      )
    owners.set(prefix, name)
    checkVariables(environment, prefix, Object.values(variables))

    const ownFolder = readVariable(environment, variables.folder) ?? declaredFolder
    const folder = ownFolder ?? below(defaults.folder, name)
    if (folder === undefined) {
      throw new TypeError(
        `The upload set "${name}" has no folder: set ${variables.folder}, or ${DEFAULT_FOLDER} for all.`,
      )
    }
    const defaultUrl = ownFolder === undefined ? below(defaults.url, name) : undefined
    sets[name] = uploadSet(name, {
      ...policy,
      extensions: readExtensions(environment, variables, policy.extensions),
      url: readUrl(environment, variables.url) ?? defaultUrl ?? declaredUrl,
      storage: storage(folder, name),
    })
  }
  return sets
}

/** Both for folders and for URLs. */
function below(place: string | undefined, name: string): string | undefined {
  return place === undefined ? undefined : `${place.replace(/\/+$/, '')}/${name}`
}

function readExtensions(
  environment: Environment,
  variables: Pick<SetVariables, 'allow' | 'deny'>,
  extensions: ExtensionRule = DEFAULTS,
): ExtensionRule {
  const allow = readRule(environment, variables.allow)
  const deny = readRule(environment, variables.deny)
  return combineRules({ extensions, allow, deny, winner: 'allow' })
}

/** An empty list is an allowed list. */
function readRule(environment: Environment, name: string): ExtensionRule {
  const text = environment[name]?.trim() ?? ''
  if (text === '') return []
  try {
    return parseExtensions(text)
  } catch (error) {
    // The TypeError of `parseExtensions`, which does not name the variable.
    throw new TypeError(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
