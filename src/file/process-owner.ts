import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { hasCode } from './system-error.ts'

/**
 * A name on Linux: process id, start time in clock ticks since boot, process id namespace, boot id. An owner may add an
 * epoch.
 */
const TRACEABLE = /^(?<pid>\d+)\.(?<startTime>\d+)\.(?<namespace>\d+)\.(?<boot>[\da-f-]{36})(?:\.[\da-f]{16})?$/
/** A name on other systems: process id, and a UUID, because process ids are used again. */
const UNTRACEABLE = /^(?<pid>\d+)\.[\da-f-]{36}(?:\.[\da-f]{16})?$/

/**
 * Systems on which every process of the host sees every other: they have no containers with process ids of their own.
 */
const ONE_PROCESS_TABLE: ReadonlySet<NodeJS.Platform> = new Set(['darwin', 'win32'])

let ownName: string | undefined

/**
 * The name of this process. It holds everything that another process needs to find out whether this one lives. It is
 * read once, without a thread, because `/proc` is not on a disk.
 */
export function processOwner(): string {
  ownName ??= traceableName() ?? `${process.pid}.${randomUUID()}`
  return ownName
}

/**
 * Whether the process of that name is certainly gone. `false` as long as it lives, even if it is stopped. `undefined`
 * if this process cannot see it: another container has its own process ids, and another boot id may mean another
 * kernel.
 *
 * @param self the name of the process that asks; default: this one
 */
export async function isDead(owner: string, self: string = processOwner()): Promise<boolean | undefined> {
  if (owner === self || owner.startsWith(`${self}.`)) return false
  const theirs = TRACEABLE.exec(owner)?.groups
  const ours = TRACEABLE.exec(self)?.groups
  if (theirs !== undefined && ours !== undefined) {
    if (theirs['boot'] !== ours['boot'] || theirs['namespace'] !== ours['namespace']) return undefined
    const pid = Number(theirs['pid'])
    return !isRunning(pid) || (await hasOtherStart(pid, theirs['startTime']))
  }
  const pid = UNTRACEABLE.exec(owner)?.groups?.['pid']
  if (pid === undefined || !ONE_PROCESS_TABLE.has(process.platform)) return undefined
  return !isRunning(Number(pid))
}

function traceableName(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0]
    const startTime = parseStat(readFileSync('/proc/self/stat', 'latin1'))?.startTime
    const name = `${process.pid}.${startTime}.${namespace}.${boot}`
    return TRACEABLE.test(name) ? name : undefined
  } catch {
    // ENOENT, EACCES: there is no /proc, as on macOS and Windows, or it does not tell these facts.
    return undefined
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    return !hasCode(error, 'ESRCH')
  }
}

/** True if the process id belongs to a later process by now, or to a zombie, which does nothing any more. */
async function hasOtherStart(pid: number, startTime: string | undefined): Promise<boolean> {
  try {
    const stat = parseStat(await readFile(`/proc/${pid}/stat`, 'latin1'))
    return stat !== undefined && (stat.startTime !== startTime || stat.state === 'Z' || stat.state === 'X')
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return true
    // ENOENT, EACCES: the process has just ended, or is hidden from other users (hidepid). The next sweep looks again.
    return false
  }
}

/** Fields 3 and 22 of proc_pid_stat(5). The second, the command in brackets, may hold spaces and brackets itself. */
function parseStat(stat: string): { state: string | undefined; startTime: string | undefined } | undefined {
  const end = stat.lastIndexOf(')')
  if (end === -1) return undefined
  const fields = stat.slice(end + 2).split(' ')
  return { state: fields[0], startTime: fields[19] }
}
