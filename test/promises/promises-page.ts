import { guardList } from './guard-list.ts'
import type { GuardedPromise } from './mutation.ts'

/** Stands before the guards of each promise; what follows it, up to the next section, is made from the mutations. */
const GUARDS = '\nGuards:\n\n'

/**
 * docs/promises.md with the guards of all promises as they are; everything else is left as it is.
 *
 * @throws {Error} where a promise has no section of its number and heading, or a section no promise.
 */
export function withGuards(page: string, promises: readonly GuardedPromise[]): string {
  const [top = '', ...sections] = page.split(/^(?=## )/m)
  if (sections.length !== promises.length) {
    throw new Error(`docs/promises.md has ${sections.length} sections, and there are ${promises.length} promises.`)
  }
  const filled = promises.map(({ heading, mutations }, index) => {
    const section = sections[index] ?? ''
    const [text = '', list] = section.split(GUARDS)
    if (!section.startsWith(`## ${index + 1}. ${heading}\n`) || list === undefined) {
      throw new Error(`Section ${index + 1} of docs/promises.md is not that of "${heading}", or has no guards.`)
    }
    return `${text}${GUARDS}${guardList(mutations)}\n`
  })
  return [top, ...filled]
    .join('')
    .replaceAll(/\n(?=## )/g, '\n')
    .replaceAll(/(?<!\n)\n(?=## )/g, '\n\n')
}
