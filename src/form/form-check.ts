import { tellValue } from '../errors/tell-value.ts'
import { checkTogether } from '../policy/check-together.ts'
import type { DraftSource } from '../policy/draft-source.ts'
import { isFileInput, isList, isField } from './form-shape.ts'
import type { FormMember, FormShape } from './form-shape.ts'
import { KEPT_FIELD } from './kept-files.ts'
import { memberAt } from './member-at.ts'

/** A reserved name: browsers send the charset of the form in it. */
export const CHARSET_FIELD = '_charset_'

/**
 * Looks for controls that no request can fill in, and for sets that cannot take part in one transaction. If the form
 * `keeps` files, it also looks for sets whose storage cannot set drafts aside.
 *
 * @throws {TypeError} that names the control.
 */
export function checkShape(shape: FormShape, keeps: boolean): void {
  if (!isGroup(shape)) throw new TypeError(`uploadForm needs an object of fields and files; got ${tellValue(shape)}.`)
  for (const [name, member] of Object.entries(shape)) {
    checkReserved(name, keeps)
    checkMember(name, member, keeps)
  }
  checkTogether(setsOf(shape))
}

/** The sets of all files. */
function setsOf(member: FormMember): DraftSource[] {
  if (isField(member)) return []
  if (isFileInput(member)) return [member.set]
  return (isList(member) ? [member.item] : Object.values(member)).flatMap(setsOf)
}

/**
 * @throws {TypeError} for an extra field that the form declares or reserves, and for one without a name.
 */
export function checkExtraFields(names: readonly string[], shape: FormShape, keeps: boolean): void {
  for (const name of names) {
    checkReserved(name, keeps)
    if (name === '') throw new TypeError('"extraFields" of uploadForm must hold the names of fields; got "".')
    if (memberAt(shape, name) === undefined) continue
    throw new TypeError(`The form declares ${JSON.stringify(name)}. Leave it out of "extraFields".`)
  }
}

function checkReserved(name: string, keeps: boolean): void {
  if (name !== CHARSET_FIELD && !(keeps && name === KEPT_FIELD)) return
  throw new TypeError(`A form cannot declare ${JSON.stringify(name)}: this name is reserved.`)
}

function checkMember(name: string, member: FormMember, keeps: boolean): void {
  checkMemberKind(name, member)
  if (isField(member)) return
  if (isFileInput(member)) {
    const { name: set, storage } = member.set
    if (!keeps || storage.claim !== undefined) return
    throw new TypeError(
      `${JSON.stringify(name)} cannot be used with "keep": the storage of the set "${set}" (${storage.kind}) cannot ` +
        'set drafts aside. Use another storage, or leave "keep" out.',
    )
  }
  if (isList(member)) {
    checkMember(name, member.item, keeps)
    return
  }
  for (const [step, below] of Object.entries(member)) {
    if (!/^[^.[\]]+$/.test(step)) {
      throw new TypeError(
        `${JSON.stringify(step)} below ${JSON.stringify(name)} is a name that no form can send. ` +
          'Use a name without dots and brackets.',
      )
    }
    checkMember(`${name}.${step}`, below, keeps)
  }
}

/**
 * @throws {TypeError} for a member that only JavaScript can declare: a set itself, the name of a type, a schema of an
 *   old library.
 */
function checkMemberKind(name: string, member: unknown): void {
  const isObject = (typeof member === 'object' && member !== null) || typeof member === 'function'
  const value: object = isObject ? member : {}
  if ('draft' in value && 'many' in value && 'name' in value && typeof value.name === 'string') {
    throw new TypeError(
      `${JSON.stringify(name)} of the form is the upload set "${value.name}" itself. ` +
        'Say how many files it takes: one(), optional() or many() of the set.',
    )
  }
  const isMember =
    '~standard' in value ||
    ('kind' in value && value.kind === 'json') ||
    'item' in value ||
    'set' in value ||
    isGroup(value)
  if (isObject && isMember) return
  const told = typeof member === 'object' && member !== null ? 'an object of another kind' : tellValue(member)
  throw new TypeError(
    `${JSON.stringify(name)} of the form must be a field (a Standard Schema, such as z.string()), files ` +
      `(photos.one()), a list or a group; got ${told}.`,
  )
}

/** True for a plain object. A schema of a library without Standard Schema is an instance of a class. */
function isGroup(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
