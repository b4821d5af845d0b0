import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

/**
 * The most files of src/ that one request may call: each is a place that a reader of the walk has to visit. Lower a
 * number when a walk gets shorter.
 */
const MOST_FILES = { 'form upload': 111, receive: 90, download: 58, 'typed form': 87 }

const program = fileURLToPath(new URL('walk-process.ts', import.meta.url))
const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', '-C', 'source', program])
const walks: unknown = JSON.parse(stdout)

describe('the files that one request calls are no more than before', () => {
  test.each(Object.entries(MOST_FILES))('%s: %i', (walk, most) => {
    expect(walks).toHaveProperty([walk])
    const files: unknown = Object.entries(Object(walks)).find(([name]) => name === walk)?.[1]
    if (!Array.isArray(files)) throw new TypeError('The walk was not measured.')
    console.log(`${walk}: ${files.length} files in ${new Set(files.map(roomOf)).size} rooms`)
    expect(files.length, files.join('\n')).toBeLessThanOrEqual(most)
  })
})

function roomOf(path: unknown): string {
  return String(path).replace(/\/[^/]*$/, '')
}
