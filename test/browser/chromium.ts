/**
 * A real browser for tests: the machine's Chromium, driven by playwright-core (which brings no browser of its own).
 *
 * A test that needs it says so, and is skipped on a machine without one:
 *
 * ```ts
 * import { chromium, launch } from '../../test/browser/chromium.ts'
 *
 * describe.skipIf(!chromium)('the page in a browser', () => {
 *   test('shows the form', async () => {
 *     await using browser = await launch()
 *     const page = await browser.newPage()
 *     await page.goto(url)
 *   })
 * })
 * ```
 *
 * Under CI nothing is skipped: without a browser the import itself fails, and with it the test file.
 *
 * @module
 */
import { env } from 'node:process'
import { chromium as playwright } from 'playwright-core'
import type { Browser, LaunchOptions } from 'playwright-core'
import { findChromium } from './find-chromium.ts'

/** The path of the machine's Chromium, or undefined: for `describe.skipIf(!chromium)`. */
export const chromium: string | undefined = findChromium()

if (chromium === undefined && env['CI']) {
  throw new Error('CI must run the browser tests, and no Chromium was found: install it or set CHROMIUM to its path')
}

/**
 * Starts the machine's Chromium, headless. Close it when done, or hold it with `await using`.
 *
 * @param options playwright's own, say `slowMo` or `headless: false`; `args` are added to the ones below.
 * @throws {TypeError} if there is no Chromium: the test forgot its `skipIf`.
 */
export async function launch(options: LaunchOptions = {}): Promise<Browser> {
  if (chromium === undefined) {
    throw new TypeError('There is no Chromium here: put describe.skipIf(!chromium) around tests that launch one')
  }
  return await playwright.launch({
    ...options,
    executablePath: chromium,
    args: [
      // Tests may run as root in a container, in which Chromium's sandbox refuses to start.
      '--no-sandbox',
      '--disable-gpu',
      // Nothing but the test itself may be on the wire.
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...(options.args ?? []),
    ],
  })
}
