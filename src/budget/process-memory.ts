import { MemoryBudget } from './memory-budget.ts'

/** What this process holds of files that are being received. A process has one memory, so it has one budget. */
export const PROCESS_MEMORY: MemoryBudget = new MemoryBudget()

/** Bytes of `PROCESS_MEMORY` that are used at most, unless a caller says otherwise: 128 MiB. */
export const PROCESS_MEMORY_LIMIT: number = 128 * 1024 ** 2
