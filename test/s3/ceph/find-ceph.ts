import { accessSync, constants } from 'node:fs'
import { dirname, join } from 'node:path'
import { findProgram } from '../../find-program.ts'

/** The programs of a cluster: three daemons, and what makes and manages them. */
const PROGRAMS = ['ceph', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin']

/** Two programs of util-linux: the tests start daemons with the one, and take turns with the other. */
const HELPERS = ['/usr/bin/setpriv', '/usr/bin/flock']

/** The folder of Ceph's programs (that of `$RADOSGW`), or undefined if the machine has none. */
export function findCeph(): string | undefined {
  const gateway = findProgram('RADOSGW', ['/usr/bin/radosgw', '/usr/local/bin/radosgw'])
  if (gateway === undefined) return undefined
  const folder = dirname(gateway)
  return [...PROGRAMS.map((name) => join(folder, name)), ...HELPERS].every(isExecutable) ? folder : undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    // ENOENT, EACCES: whatever the reason, it cannot be started.
    return false
  }
}
