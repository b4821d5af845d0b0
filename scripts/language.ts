// Counts the English that needs a second reading: `npm run language`. With a room it shows the lines:
// `npm run language -- src/http`. `npm run language -- --lower` lowers the numbers that `npm test` allows.
import { writeFileSync } from 'node:fs'
import { argv } from 'node:process'
import { readFindings } from '../test/language/findings.ts'
import { PATTERNS } from '../test/language/patterns.ts'
import { countFindings, COUNTS_FILE, countsText, readAllowedCounts } from '../test/language/ratchet.ts'

const [argument] = argv.slice(2)
const { found, rooms } = readFindings()

if (argument === '--lower') {
  const allowed = readAllowedCounts()
  const lower = new Map(
    [...countFindings(found)].map(([room, counts]) => [
      room,
      new Map([...counts].map(([name, count]) => [name, Math.min(count, allowed.get(room)?.get(name) ?? 0)])),
    ]),
  )
  writeFileSync(COUNTS_FILE, countsText(lower, rooms))
} else if (argument === undefined) {
  for (const { name } of PATTERNS) {
    console.log(`${name}: ${found.filter(({ pattern }) => pattern === name).length}`)
  }
} else {
  for (const { room, pattern, path, line, words } of found) {
    if (room === argument) console.log(`${path}:${line}: ${pattern}: ${words}`)
  }
}
