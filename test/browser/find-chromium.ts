import { findProgram } from '../find-program.ts'

// Debian, Ubuntu, Fedora, Google's own packages, macOS and Windows.
const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** The path of a Chromium or Chrome that can be started (`$CHROMIUM`), or undefined if the machine has none. */
export function findChromium(): string | undefined {
  return findProgram('CHROMIUM', USUAL_PLACES)
}
