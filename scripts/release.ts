// Prepares the first release: `npm run release`, then look at the changes, commit them and run `npm publish`.
//
// Until then, no page tells readers to install `decant` by name, because a stranger could register the name. This
// script rewrites those pages and allows `npm publish`. `test/repository.test.ts` checks both states.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exit } from 'node:process'
import { releasedText } from './released-text.ts'

const root = join(import.meta.dirname, '..')
const manifest = readFileSync(join(root, 'package.json'), 'utf8')
const [, version = ''] = /^ {2}"version": "(.+)",$/m.exec(manifest) ?? []

const missing = ['repository', 'homepage', 'bugs'].filter((field) => !manifest.includes(`\n  "${field}": `))
if (version === '') missing.unshift('version')
if (missing.length > 0) {
  console.error(
    `Set ${missing.join(', ')} in package.json first. The pages and the links of the README on npm need them.`,
  )
  exit(1)
}

const pages = execFileSync('git', ['ls-files', '*.md', 'examples/*/package.json'], { cwd: root, encoding: 'utf8' })
for (const page of pages.trim().split('\n')) rewrite(page, (text) => releasedText(text, version))
rewrite('package.json', (text) => text.replace(/^ {2}"private": true,\n/m, ''))

function rewrite(path: string, change: (text: string) => string): void {
  const text = readFileSync(join(root, path), 'utf8')
  const changed = change(text)
  if (changed === text) return
  writeFileSync(join(root, path), changed)
  console.log(`changed: ${path}`)
}
