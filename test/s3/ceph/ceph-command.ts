import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { CephPlace } from './ceph-place.ts'

const execute = promisify(execFile)

/** A cluster that does not answer fails the command. Nothing here takes longer than a few seconds. */
const LONGEST_MS = 120_000

/** Runs one of Ceph's programs on a cluster, and resolves to its output. Rejects with its errors. */
export async function cephCommand(
  { programs, folder }: CephPlace,
  program: string,
  ...args: readonly string[]
): Promise<string> {
  const { stdout } = await execute(join(programs, program), args, options(folder))
  return stdout
}

/**
 * Deletes the data that no object needs any more, as Ceph itself does hours later. If other processes collect at the
 * same time, each waits for its turn: Ceph skips what another one is collecting.
 */
export async function collectCephGarbage({ programs, folder }: CephPlace): Promise<void> {
  const collector = [join(programs, 'radosgw-admin'), 'gc', 'process', '--include-all']
  await execute('flock', [join(folder, 'collecting'), ...collector], options(folder))
}

function options(folder: string): { env: NodeJS.ProcessEnv; timeout: number; killSignal: 'SIGKILL' } {
  const env = { PATH: process.env['PATH'], CEPH_CONF: join(folder, 'ceph.conf') }
  return { env, timeout: LONGEST_MS, killSignal: 'SIGKILL' }
}
