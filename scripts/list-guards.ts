// Writes docs/guards.md, the guards of each promise with their tests: `npm run mutate:list`. A test fails if it is due.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { guardsPage } from '../test/promises/guards-page.ts'
import { PROMISES } from '../test/promises/promises.ts'

writeFileSync(join(import.meta.dirname, '..', 'docs', 'guards.md'), guardsPage(PROMISES))
