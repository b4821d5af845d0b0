/**
 * Stored files in memory.
 *
 * @module
 */
export { memoryStorage } from './storage/memory/memory-storage.ts'
export type { MemoryStorage, MemoryStorageOptions } from './storage/memory/memory-storage.ts'
