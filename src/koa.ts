/**
 * Connect Decant to Koa 3.
 *
 * @module
 */
export { koaHandler } from './adapters/koa/koa-handler.ts'
export type { KoaHandlerOptions } from './adapters/koa/koa-handler.ts'
export { koaProblems } from './adapters/koa/koa-problems.ts'
export type { KoaProblemsListener } from './adapters/koa/koa-problems.ts'
export type { KoaContext, KoaListener, KoaNext } from './adapters/koa/koa-context.ts'
export type { SentenceOptions } from './errors/problem-options.ts'
