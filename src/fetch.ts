/**
 * Connect Decant to servers that speak Fetch: Bun, Deno, workers, route handlers.
 *
 * @module
 */
export type { AdapterOptions } from './adapters/adapter-options.ts'
export { fetchHandler } from './adapters/fetch/fetch-handler.ts'
export type { FetchHandlerOptions, FetchListener } from './adapters/fetch/fetch-handler.ts'
export { problemResponse } from './adapters/fetch/problem-response.ts'
export { fileResponse } from './adapters/fetch/file-response.ts'
export type { ProblemOptions, SentenceOptions } from './errors/problem-options.ts'
