import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const docs = join(import.meta.dirname, '..', 'docs')

/** README.md and every page in docs/ and its folders, as paths of the repository. */
export const DOC_PAGES: readonly string[] = [
  'README.md',
  ...readdirSync(docs, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .toSorted(),
]
