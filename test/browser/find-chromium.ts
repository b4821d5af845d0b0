import { accessSync, constants } from 'node:fs'
import { env } from 'node:process'

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

/**
 * The path of a Chromium or Chrome that can be started, or undefined where the machine has none.
 *
 * `$CHROMIUM`, when set, is the only place looked at: whoever names a browser does not want another one.
 */
export function findChromium(): string | undefined {
  const places = env['CHROMIUM'] ? [env['CHROMIUM']] : USUAL_PLACES
  return places.find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    // ENOENT, ENOTDIR, EACCES: whatever the reason, it cannot be started.
    return false
  }
}
