import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'guide', 'deploying.md')

/** The configurations of nginx in the guide, in the order of the page. */
export function nginxBlocks(): string[] {
  return [...readFileSync(PAGE, 'utf8').matchAll(/^```nginx\n(.*?)^```/gms)].map(([, block = '']) => block)
}
