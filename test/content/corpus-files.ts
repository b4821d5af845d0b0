import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { extensionOf } from '../../src/filename/extension.ts'
import { expectationOf } from '../../src/media/content-table.ts'
import { HEAD_SIZE } from '../../src/media/real-type.ts'

/** A file of the corpus, as the check sees it. */
export interface CorpusFile {
  readonly path: string
  readonly extension: string
  readonly head: Uint8Array
}

/** Files that are damaged on purpose, as the tests of the packages that have them say by their names. */
const DAMAGED =
  /fuzz|corrupt|damaged|bad_|cve-|excessive|infloop|invalid|truncated|zerodiv|github_|search_basic|with-truncated/i

/** Files that are not what their names say, and why. */
const DISHONEST: readonly (readonly [path: RegExp, reason: string])[] = [
  [/psprint\/driver\/\w+\.PS$/, 'a description of a printer (PPD), called PostScript'],
  [/security-utf8-encoding\.test\.js$/, 'it has a NUL in its source'],
]

/** How many of one extension are looked at in each folder: a thousand more of one kind would prove nothing. */
const MOST = 300

/** The honest files below these folders whose extension is known, but empty ones. */
export function corpusFiles(folders: readonly string[]): CorpusFile[] {
  return folders.flatMap((folder) => {
    const counts = new Map<string, number>()
    return [...filesBelow(folder)].flatMap((path) => {
      const extension = extensionOf(path)
      const count = counts.get(extension) ?? 0
      if (expectationOf(extension).type === undefined || count >= MOST || !isHonest(path)) return []
      const head = headOf(path)
      if (head.length === 0) return []
      counts.set(extension, count + 1)
      return [{ path, extension, head }]
    })
  })
}

function isHonest(path: string): boolean {
  return !DAMAGED.test(path) && !DISHONEST.some(([pattern]) => pattern.test(path))
}

function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else if (entry.isFile()) yield path
  }
}

function headOf(path: string): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const head = Buffer.alloc(HEAD_SIZE)
    return head.subarray(0, readSync(file, head, 0, HEAD_SIZE, 0))
  } finally {
    closeSync(file)
  }
}
