import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { passagesOf } from './passages.ts'
import { PATTERNS } from './patterns.ts'

export interface Finding {
  readonly room: string
  readonly pattern: string
  readonly path: string
  readonly line: number
  /** The words around it, on one line. */
  readonly words: string
}

export interface Findings {
  readonly found: readonly Finding[]
  /** All rooms, those without findings too. */
  readonly rooms: ReadonlySet<string>
  /** Lines of `allowed-phrases.txt` that allow nothing. */
  readonly unusedPhrases: readonly string[]
}

const ROOT = join(import.meta.dirname, '..', '..')
const READ = ['*.ts', '*.tsx', '*.js', '*.mjs', '*.c', '*.py', '*.css', '*.svelte', '*.md', '.ci/run']
// The first quotes the patterns. Programs write the others, from texts that are counted in their own rooms.
const LEFT_OUT = ['test/language', 'docs/benchmarks.md', 'docs/entries.md', 'docs/guards.md']

/** Reads every file of the repository, comments, strings and Markdown, and finds the patterns of `patterns.ts` in them. */
export function readFindings(): Findings {
  const phrases = readFileSync(join(import.meta.dirname, 'allowed-phrases.txt'), 'utf8')
    .split('\n')
    .filter((phrase) => phrase !== '' && !phrase.startsWith('#'))
  const used = new Set<string>()
  const files = paths()
  const all = files.flatMap((path) => findingsOf(path, readFileSync(join(ROOT, path), 'utf8')))
  const found = all.filter(({ words }) => {
    const phrase = phrases.find((each) => words.includes(each))
    if (phrase !== undefined) used.add(phrase)
    return phrase === undefined
  })
  return { found, rooms: new Set(files.map(roomOf)), unusedPhrases: phrases.filter((phrase) => !used.has(phrase)) }
}

function paths(): string[] {
  const specs = [...READ, ...LEFT_OUT.map((folder) => `:!${folder}`)]
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...specs]
  return (
    execFileSync('git', list, { cwd: ROOT, encoding: 'utf8' })
      .split('\0')
      // Git lists a file that was deleted but not yet committed.
      .filter((path) => path !== '' && existsSync(join(ROOT, path)))
  )
}

/** The patterns in one file. */
export function findingsOf(path: string, text: string): Finding[] {
  const lines = text.split('\n')
  return passagesOf(path, text).flatMap((passage) =>
    PATTERNS.flatMap(({ name, find }) =>
      find(passage, lines).map((offset) => ({
        room: roomOf(path),
        pattern: name,
        path,
        line: passage.line + passage.text.slice(0, offset).split('\n').length - 1,
        words: passage.text.slice(Math.max(0, offset - 40), offset + 60).replaceAll(/\s+/g, ' '),
      })),
    ),
  )
}

/** The first two folders within src, test and docs; the first one elsewhere; a page of docs, and of the root, is a room. */
function roomOf(path: string): string {
  const [top = '', second, third] = path.split('/')
  if (second === undefined) return path.endsWith('.md') ? path : 'root'
  const isPage = top === 'docs' && third === undefined
  return isPage || (['src', 'test', 'docs'].includes(top) && third !== undefined) ? `${top}/${second}` : top
}
