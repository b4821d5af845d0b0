import { findProgram } from '../find-program.ts'

// Debian and Fedora, Alpine and Arch, FreeBSD, Homebrew.
const USUAL_PLACES = ['/usr/sbin/clamd', '/usr/bin/clamd', '/usr/local/sbin/clamd', '/opt/homebrew/sbin/clamd']

/** The path of ClamAV's daemon (`$CLAMD`), or undefined if the machine has none. */
export function findClamd(): string | undefined {
  return findProgram('CLAMD', USUAL_PLACES)
}
