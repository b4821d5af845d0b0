import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from './findings.ts'
import { PATTERNS } from './patterns.ts'

/** How often a pattern occurs, by room and pattern. */
export type Counts = ReadonlyMap<string, ReadonlyMap<string, number>>

const LOWER = 'npm run language -- --lower'
/** A complaint shows at most this many lines. */
const MOST_LINES = 20
export const COUNTS_FILE: string = join(import.meta.dirname, 'allowed-counts.txt')

export function countFindings(found: readonly Finding[]): Counts {
  const counts = new Map<string, Map<string, number>>()
  for (const { room, pattern } of found) {
    const ofRoom = counts.get(room) ?? new Map<string, number>()
    ofRoom.set(pattern, (ofRoom.get(pattern) ?? 0) + 1)
    counts.set(room, ofRoom)
  }
  return counts
}

/** The file holds a section `[room]` with lines `pattern count`. A pattern that is not listed must not occur. */
export function readAllowedCounts(): Counts {
  const counts = new Map<string, Map<string, number>>()
  let section = new Map<string, number>()
  for (const line of readFileSync(COUNTS_FILE, 'utf8').split('\n')) {
    const room = /^\[(.+)\]$/.exec(line)?.[1]
    const [, pattern, count] = /^(\S+) (\d+)$/.exec(line) ?? []
    if (room !== undefined) {
      section = new Map()
      counts.set(room, section)
    } else if (pattern !== undefined) {
      section.set(pattern, Number(count))
    }
  }
  return counts
}

/** Each room has a section, even without findings: two branches that clear two rooms then change no common lines. */
export function countsText(counts: Counts, rooms: Iterable<string>): string {
  const sections = [...rooms].toSorted().map((room) => {
    const lines = PATTERNS.flatMap(({ name }) => {
      const count = counts.get(room)?.get(name) ?? 0
      return count === 0 ? [] : [`${name} ${count}\n`]
    })
    return `[${room}]\n${lines.join('')}`
  })
  return `# How often each pattern may still occur. \`${LOWER}\` lowers the numbers.\n\n${sections.join('\n')}`
}

/** One sentence for each number that has changed, and the lines of those that have risen. */
export function complaints(found: readonly Finding[], allowed: Counts): string[] {
  const counts = countFindings(found)
  const rooms = [...new Set([...counts.keys(), ...allowed.keys()])].toSorted()
  return rooms.flatMap((room) =>
    PATTERNS.flatMap(({ name, advice }) => {
      const count = counts.get(room)?.get(name) ?? 0
      const most = allowed.get(room)?.get(name) ?? 0
      if (count === most) return []
      if (count < most) {
        return [`${room}: "${name}" may occur ${most} times and occurs ${count} times. Lower it: \`${LOWER}\``]
      }
      const lines = found.filter((finding) => finding.room === room && finding.pattern === name)
      const shown = lines.slice(0, MOST_LINES).map(({ path, line, words }) => `\n  ${path}:${line}: ${words}`)
      if (lines.length > MOST_LINES) shown.push(`\n  and more: \`npm run language -- ${room}\``)
      return [`${room}: "${name}" occurs ${count} times, ${most} are allowed. ${advice}${shown.join('')}`]
    }),
  )
}
