import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'

/** The process itself, as this namespace knows it, of one that `ISOLATED` has started: the child of the child. */
export function isolatedPid({ pid }: ChildProcess): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim())
}

/** Resolves when the process has been stopped by a signal. */
export async function untilStopped(pid: number, message: string): Promise<void> {
  await expect.poll(() => stateOf(pid), { message, timeout: 10_000 }).toMatch(/^[Tt]$/)
}

/** One letter, as proc_pid_stat(5) has it. */
function stateOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return stat.charAt(stat.lastIndexOf(')') + 2)
}

/** Whether a process is stopped by a signal before its answer is there. */
export async function stopsBefore(answer: Promise<unknown>, pid: number, message: string): Promise<boolean> {
  let isAnswered = false
  void answer.finally(() => (isAnswered = true))
  const isDecided = (): boolean => isAnswered || stateOf(pid) === 'T'
  await expect.poll(isDecided, { message, timeout: 20_000, interval: 10 }).toBe(true)
  return stateOf(pid) === 'T'
}
