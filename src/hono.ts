/**
 * Connect Decant to Hono 4, on Node and on other runtimes.
 *
 * @module
 */
export { honoHandler } from './adapters/hono/hono-handler.ts'
export type { HonoListener } from './adapters/hono/hono-handler.ts'
export type { HonoHandlerOptions } from './adapters/hono/hono-handler-options.ts'
export { honoProblems } from './adapters/hono/hono-problems.ts'
export type { HonoErrorListener, HonoProblemsOptions } from './adapters/hono/hono-problems.ts'
export type { ResponseBody } from './adapters/fetch/to-body.ts'
export type { HonoContext } from './adapters/hono/hono-context.ts'
export type { SentenceOptions } from './errors/problem-options.ts'
