// Before `npm test`: gets the browser that the browser tests need, where that takes no more than asking for it
// (root on Debian or Ubuntu), and says in one line what is skipped where it cannot. Silent when there is one.
import { spawnSync } from 'node:child_process'
import { env, getuid } from 'node:process'
import { findChromium } from '../test/browser/find-chromium.ts'

if (findChromium() === undefined) {
  const installed = getuid?.() === 0 && hasAptGet() && aptGetInstall()
  if (!installed || findChromium() === undefined) {
    console.error('browser tests are skipped: no Chromium found (install it, or set CHROMIUM to its path)')
  }
}

function hasAptGet(): boolean {
  return spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0
}

function aptGetInstall(): boolean {
  console.error('installing Chromium for the browser tests (apt-get)')
  const apt = (...args: string[]): boolean =>
    spawnSync('apt-get', args, {
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
      // Its chatter is of interest only when it fails, and then the warnings on stderr tell.
      stdio: ['ignore', 'ignore', 2],
    }).status === 0
  return apt('update', '-qq') && apt('install', '-qq', '--yes', '--no-install-recommends', 'chromium')
}
