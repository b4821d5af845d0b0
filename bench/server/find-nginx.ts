import { spawnSync } from 'node:child_process'
import { env } from 'node:process'

/** Debian has it in a folder that is not on the path of ordinary users. */
const PLACES = ['nginx', '/usr/sbin/nginx', '/usr/local/sbin/nginx']

/** An nginx that takes PUT: that of `$NGINX`, or of the machine. */
export function findNginx(): string | undefined {
  return [...(env['NGINX'] === undefined ? [] : [env['NGINX']]), ...PLACES].find((program) => {
    const { stderr, status } = spawnSync(program, ['-V'], { encoding: 'utf8' })
    return status === 0 && stderr.includes('http_dav_module')
  })
}
