import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { sep } from 'node:path'
import { expect } from 'vitest'
import { draftsIn, halfAnUpload } from './client.ts'
import type { DecantProcess } from './decant-process.ts'

export const FIRST_HALF: Buffer = Buffer.alloc(500_000, 'a')
export const SECOND_HALF: Buffer = Buffer.alloc(500_000, 'b')

/** For a machine that has other things to do. */
export const PATIENCE = { timeout: 30_000 } as const

/** An upload of which the first half is on the disk. */
export interface HalfUpload {
  /** The worker that receives it. */
  readonly pid: number
  readonly name: string
  readonly socket: Socket
}

/** The workers of a server that live, by their process ids; none if the server is gone (Linux). */
export function workersOf({ child: { pid } }: Pick<DecantProcess, 'child'>): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
    return children.trim().split(' ').filter(Boolean).map(Number)
  } catch {
    // ENOENT: it has ended.
    return []
  }
}

/** True until the process has ended, whether or not it was waited for. */
export function isRunning(pid: number): boolean {
  try {
    // The state comes after the command, which stands in brackets (proc_pid_stat(5)).
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    // ENOENT, ESRCH: it is gone.
    return false
  }
}

let begun = 0

/** An upload that is running in each of the workers: as many are begun as it takes, and those that are too many end. */
export async function uploadInEach(
  decant: Pick<DecantProcess, 'port' | 'folder'>,
  count: number,
): Promise<HalfUpload[]> {
  const found = new Map<number, HalfUpload>()
  while (found.size < count) {
    const upload = await beginUpload(decant, `half-${++begun}.txt`)
    if (found.has(upload.pid)) {
      upload.socket.destroy()
      await expect.poll(() => draftsIn(decant.folder), PATIENCE).toHaveLength(found.size)
    } else {
      found.set(upload.pid, upload)
    }
  }
  return [...found.values()]
}

/** The first half of an upload, and the process that has it: the name of its draft's owner begins with that. */
export async function beginUpload(
  { port, folder }: Pick<DecantProcess, 'port' | 'folder'>,
  name: string,
): Promise<HalfUpload> {
  const before = draftsIn(folder)
  const socket = await halfAnUpload(port, name, FIRST_HALF, FIRST_HALF.length + SECOND_HALF.length)
  const added = (): string[] => draftsIn(folder).filter((path) => !before.includes(path))
  await expect.poll(added, PATIENCE).toHaveLength(1)
  const owner = added()[0]?.split(sep).at(-2)
  return { pid: Number.parseInt(owner ?? '', 10), name, socket }
}
