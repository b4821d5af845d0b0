import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { UPLOAD_ERROR_TABLE } from '../src/errors/upload-error-table.ts'
import { brokenLinks } from './broken-links.ts'
import { DOC_PAGES } from './doc-pages.ts'
import { readGuidePrograms } from './guides/guide-programs.ts'
import { TRIALS } from './guides/trials.ts'
import * as groups from '../src/media/extension-groups.ts'

const root = join(import.meta.dirname, '..')
/** Pages beside those that users read, whose links are followed too. */
const OTHER_PAGES = [
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('README.md') && !name.includes('node_modules'))
    .map((name) => `examples/${name.replaceAll('\\', '/')}`),
]
const read = (page: string): string => readFileSync(join(root, page), 'utf8')

describe('the documentation', () => {
  const folder = join(root, 'node_modules', '.docs')
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('shows programs that compile as they stand', () => {
    mkdirSync(folder, { recursive: true })
    let count = 0
    for (const page of DOC_PAGES) {
      for (const [, code = ''] of read(page).matchAll(/^```ts\n(.*?)^```$/gms)) {
        count++
        writeFileSync(join(folder, `${page.replaceAll(/\W/g, '-')}-${count}.ts`), code)
      }
    }
    expect(count).toBeGreaterThan(8)
    // As a user would write them, so without the rules that are about this project's own code.
    const looser = { isolatedDeclarations: false, noUnusedLocals: false, noPropertyAccessFromIndexSignature: false }
    // Nest's way.
    const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true }
    const paths = { decant: ['../../src/index.ts'], 'decant/*': ['../../src/*.ts'] }
    const compilerOptions = { ...looser, ...decorators, paths }
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, include: ['*.ts'] }),
    )
    // The project does not depend on it: `test/guides` installs it.
    writeFileSync(join(folder, 'packages.d.ts'), `declare module 'sharp'\n`)
    expect(compile(folder)).toBe('')
  })

  test('shows no program that `test/guides` does not run', async () => {
    const titles = (await readGuidePrograms()).map(({ title }) => title)
    expect(titles.toSorted()).toEqual(Object.keys(TRIALS).toSorted())
  })

  test('shows a React component that is in the example of Next.js', () => {
    const [, shown = ''] = /^```tsx\n(.*?)^```$/ms.exec(read('docs/guide/recipes.md')) ?? []
    expect(shown).toContain('useActionState')
    expect(read('examples/next/app/photo-form.tsx')).toContain(shown)
  })

  test('lists every error code with its status and title', () => {
    const rows = Object.entries(UPLOAD_ERROR_TABLE).map(([code, { status, title }]) => [
      `\`${code}\``,
      String(status),
      title,
    ])
    const listed = [...read('docs/errors.md').matchAll(/^\| (`.+?`)\s*\| (\d+)\s*\| (.+?)\s*\|$/gm)].map((match) =>
      match.slice(1),
    )
    expect(new Set(listed)).toEqual(new Set(rows))
  })

  test('lists every member of every group of extensions', () => {
    const listed = [...read('docs/guide/content-check.md').matchAll(/^\| `([A-Z]+)`\s*\| (.+?)\s*\|$/gm)]
    expect(Object.fromEntries(listed.map(([, group = '', members]) => [group, members]))).toEqual(
      Object.fromEntries(Object.entries(groups).map(([group, members]) => [group, members.join(' ')])),
    )
  })

  test.each([...DOC_PAGES, ...OTHER_PAGES])('%s links to pages and headings that exist', (page) => {
    expect(brokenLinks(root, page)).toEqual([])
  })
})

/** The complaints of the compiler; '' if it has none. */
function compile(folder: string): string {
  try {
    execFileSync(process.execPath, [join(root, 'node_modules', 'typescript', 'lib', 'tsc.js'), '-p', folder])
    return ''
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error)
  }
}
