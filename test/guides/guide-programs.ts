import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

/** A program that a page shows. */
export interface GuideProgram {
  /** The page, the heading above the program, and its place below that heading: `docs/guide.md, Names, 1`. */
  readonly title: string
  readonly code: string
}

/**
 * The programs in TypeScript of the README and of the pages of `docs/`. Those in JavaScript are tried in `test/moving`.
 */
export async function readGuidePrograms(): Promise<GuideProgram[]> {
  const folders = ['docs', 'docs/moving']
  const names = await Promise.all(folders.map(async (folder) => await pagesIn(folder)))
  const pages = ['README.md', ...names.flat()]
  const programs = await Promise.all(
    pages.map(async (page) => programsOf(page, await readFile(join(root, page), 'utf8'))),
  )
  return programs.flat()
}

async function pagesIn(folder: string): Promise<string[]> {
  const names = await readdir(join(root, folder))
  return names.filter((name) => name.endsWith('.md')).map((name) => `${folder}/${name}`)
}

function programsOf(page: string, text: string): GuideProgram[] {
  const programs: GuideProgram[] = []
  let heading = ''
  let place = 0
  // Blocks in other languages are matched too: a comment of the shell is not a heading.
  for (const [, title, language, code = ''] of text.matchAll(/^#+ ([^\n]+)$|^```(\w*)\n(.*?)^```$/gms)) {
    if (title !== undefined) [heading, place] = [title, 0]
    if (language === 'ts') programs.push({ title: `${page}, ${heading}, ${++place}`, code })
  }
  return programs
}
