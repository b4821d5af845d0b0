import { findProgram } from '../find-program.ts'

// Debian and Fedora, a build of one's own, FreeBSD, Homebrew.
const USUAL_PLACES = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/nginx/sbin/nginx', '/usr/local/sbin/nginx']

/** The path of nginx (`$NGINX`), or undefined if the machine has none. */
export function findNginx(): string | undefined {
  return findProgram('NGINX', [...USUAL_PLACES, '/opt/homebrew/bin/nginx'])
}

/** The path of what makes its certificates (`$OPENSSL`), or undefined if the machine has none. */
export function findOpenssl(): string | undefined {
  return findProgram('OPENSSL', ['/usr/bin/openssl', '/usr/local/bin/openssl', '/opt/homebrew/bin/openssl'])
}
