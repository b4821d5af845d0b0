import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'

/**
 * The links of a page that lead nowhere: to a file that does not exist, or to a heading that its page does not have.
 * Links to other sites are not followed.
 *
 * @param root the folder that `page` is relative to
 * @param page a Markdown file, such as `docs/errors.md`
 */
export function brokenLinks(root: string, page: string): string[] {
  return linksOf(readFileSync(posix.join(root, page), 'utf8')).filter((link) => {
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : posix.join(posix.dirname(page), decodeURI(path))
    if (!existsSync(posix.join(root, target))) return true
    return anchor !== undefined && !anchorsOf(readFileSync(posix.join(root, target), 'utf8')).has(anchor)
  })
}

/** The targets of links within the repository; those in code are examples. */
function linksOf(text: string): string[] {
  const prose = withoutBlocks(text).replaceAll(/`[^`\n]*`/g, '')
  const links = prose.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$/gm)
  return [...links].map(([, inline, reference = '']) => inline ?? reference).filter((link) => !/^\w+:/.test(link))
}

/** The anchors that GitHub gives to the headings of a page. A heading that comes again gets a number. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of withoutBlocks(text).matchAll(/^#+ (.+)$/gm)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const slug = words.replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, '').replaceAll(' ', '-')
    let anchor = slug
    for (let again = 1; anchors.has(anchor); again++) anchor = `${slug}-${again}`
    anchors.add(anchor)
  }
  return anchors
}

function withoutBlocks(text: string): string {
  return text.replaceAll(/^ *```.*?^ *```$/gms, '')
}
