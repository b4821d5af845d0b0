import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DOC_PAGES } from '../doc-pages.ts'

const root = join(import.meta.dirname, '..', '..')

/** A program that a page shows. */
export interface GuideProgram {
  /** The page, the heading above the program, and its place below that heading: `docs/guide/names.md, Names, 1`. */
  readonly title: string
  readonly code: string
}

/** The programs in TypeScript of README.md and docs/. `test/moving` tries those in JavaScript. */
export async function readGuidePrograms(): Promise<GuideProgram[]> {
  const programs = await Promise.all(
    DOC_PAGES.map(async (page) => programsOf(page, await readFile(join(root, page), 'utf8'))),
  )
  return programs.flat()
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
