import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** The violations of accessibility rules that axe-core finds in a page as it is now: `rule: selector`. */
export async function axeViolations(page: Page): Promise<unknown> {
  // Evaluated and not added as a script: the page's Content-Security-Policy forbids that.
  await page.evaluate(axe.source)
  return page.evaluate(`axe.run().then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ': ' + target.join(' '))))`)
}
