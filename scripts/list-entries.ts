// Writes docs/entries.md, the page of every entry and its exports: `npm run entries`. A test says when it is due.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { entriesPage } from '../test/architecture/entries-page.ts'

const root = join(import.meta.dirname, '..')
writeFileSync(join(root, 'docs', 'entries.md'), entriesPage(root))
