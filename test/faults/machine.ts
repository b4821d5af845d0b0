/**
 * The capabilities of this machine for the fault tests. A test that needs one says so (`describe.skipIf(!canMount)`).
 * Under CI nothing is skipped: a missing one makes the import itself fail, and with it the test file.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { env } from 'node:process'
import { findFaketime, findMakeExt4, findStrace } from './find-fault-programs.ts'

/** The path of `mkfs.ext4`. */
export const makeExt4: string | undefined = findMakeExt4()
/** The path of strace. */
export const strace: string | undefined = findStrace()
/** The path of libfaketime. */
export const faketime: string | undefined = findFaketime()

/** Whether file systems of our own can be made and mounted, unseen by other processes. */
export const canMount: boolean = makeExt4 !== undefined && succeeds('unshare', '--mount', 'losetup', '--find')
/** Whether system calls of other processes can be made to fail. */
export const canTrace: boolean = strace !== undefined && succeeds(strace, '--output=/dev/null', 'true')
/**
 * The program that starts a process in a namespace of process ids of its own, as a container does. It ends with its
 * parent.
 */
export const ISOLATED: readonly string[] = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']
/** Whether that can be done. */
export const canIsolate: boolean = succeeds(...ISOLATED, 'true')
/** Whether a process can have a clock of its own. */
export const canShiftClock: boolean = faketime !== undefined

if (env['CI'] && !(canMount && canTrace && canShiftClock && canIsolate)) {
  const found = JSON.stringify({ canMount, canTrace, canShiftClock, canIsolate })
  throw new Error(`CI must run the fault tests, as root, with e2fsprogs, strace and libfaketime installed: ${found}`)
}

function succeeds(...[command = '', ...parameters]: readonly string[]): boolean {
  return spawnSync(command, parameters, { stdio: 'ignore' }).status === 0
}
