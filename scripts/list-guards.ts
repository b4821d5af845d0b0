// Writes the guards of each promise, and the tests that attack it, into docs/promises.md: `npm run mutate:list`. A test
// says when it is due.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withGuards } from '../test/promises/promises-page.ts'
import { PROMISES } from '../test/promises/promises.ts'

const path = join(import.meta.dirname, '..', 'docs', 'promises.md')
writeFileSync(path, withGuards(readFileSync(path, 'utf8'), PROMISES))
