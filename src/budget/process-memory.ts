import { MemoryBudget } from './memory-budget.ts'

/** The memory that files of received forms take in this process. A process has one memory, so it has one budget. */
export const PROCESS_MEMORY: MemoryBudget = new MemoryBudget()

/** The default limit of `PROCESS_MEMORY`, in bytes: 128 MiB. */
export const PROCESS_MEMORY_LIMIT: number = 128 * 1024 ** 2
