import { equal, ok } from 'node:assert/strict'
import { posix, win32 } from 'node:path'
import fc from 'fast-check'
import { storedFolder } from '../../src/filename/client-path.ts'
import { isKey } from '../../src/filename/key.ts'
import { isStoredName, storedName } from '../../src/filename/stored-name.ts'
import { isUploadError } from '../../src/errors/upload-error.ts'
import { toOwnName, toPlace } from '../../src/policy/placement.ts'
import type { Place } from '../../src/policy/placement.ts'
import { hostileNames } from './hostile-name.ts'
import { fuzzTarget } from './target.ts'
import type { Target } from './target.ts'

const FOLDER = 'users/7'

/** Paths of hostile segments, and of many. */
const paths = fc.oneof(
  fc
    .tuple(fc.array(hostileNames, { minLength: 1, maxLength: 5 }), fc.constantFrom('/', '\\', '//'))
    .map(([segments, slash]) => segments.join(slash)),
  fc.tuple(hostileNames, fc.nat(20)).map(([name, depth]) => `${'a/'.repeat(depth)}${name}`),
)

export const clientPath: Target = fuzzTarget({
  name: 'client-path',
  promise: 'is stored in safe folders below the one that the application chooses, or refused with a reason',
  cases: paths,
  examples: [
    '..',
    '../x',
    'a/../b',
    '/etc/passwd',
    'C:\\x',
    'C:x/y',
    '.decant/drafts/x',
    'a/',
    'x.asp/y',
    'CON/x',
    '~1/x',
  ],
  open: () => ({
    check(path) {
      for (const naming of ['safe', 'unique', 'werkzeug', (name: string) => `2026/${name}`] as const) {
        const own = toOwnName(path, { naming, keepsFolders: true })
        if ('fault' in own) {
          ok(own.fault.reason !== '')
          continue
        }
        for (const folder of [undefined, FOLDER]) checkPlace(toPlace(own, { folder }, naming), folder)
      }
      equal(lastOf(toPlaceKey(path)), storedName(path), 'the file has the name that it has without folders')
    },
  }),
})

function checkPlace(place: Place, folder: string | undefined): void {
  const keys = [place.key, ...(place.numberedKey === undefined ? [] : [place.numberedKey(1), place.numberedKey(99)])]
  for (const key of keys) checkKey(key, folder)
  const blocked = place.key.slice(0, place.key.lastIndexOf('/'))
  const around = blockedPlace(place, blocked)
  if (around === undefined) return
  checkKey(around.key, folder)
  ok(!around.key.startsWith(`${blocked}/`), 'it goes around the file in the way')
}

function checkKey(key: string, folder: string | undefined): void {
  ok(isKey(key))
  ok(folder === undefined || key.startsWith(`${folder}/`), 'it lies below the folder')
  const segments = key.split('/')
  ok(segments.every(isStoredName), 'each segment is a stored name')
  ok(
    segments.slice(0, -1).every((segment) => storedFolder(segment) === segment),
    'no folder is called as a script',
  )
  equal(posix.resolve('/uploads', key), `/uploads/${key}`)
  if (!key.normalize('NFKC').includes(':')) equal(win32.resolve('C:\\u', key), `C:\\u\\${segments.join('\\')}`)
}

function blockedPlace(place: Place, folder: string): Place | undefined {
  try {
    return place.around?.(folder)
  } catch (error) {
    // The number made the path too long.
    if (isUploadError(error) && error.code === 'invalid-name') return undefined
    throw error
  }
}

function toPlaceKey(path: string): string {
  const own = toOwnName(path, { naming: 'safe', keepsFolders: true })
  return 'fault' in own ? storedName(path) : toPlace(own, {}, 'safe').key
}

function lastOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}
