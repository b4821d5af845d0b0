/**
 * Connect Decant to Express 5 and 4.
 *
 * @module
 */
export { expressHandler } from './adapters/express/express-handler.ts'
export type { ExpressHandlerOptions, ExpressListener } from './adapters/express/express-handler.ts'
export { expressProblems } from './adapters/express/express-problems.ts'
export type { ExpressErrorListener, ExpressProblemsOptions } from './adapters/express/express-problems.ts'
export type { ExpressNext, ExpressRequest, ExpressResponse } from './adapters/express/express-exchange.ts'
export type { SentenceOptions } from './errors/problem-options.ts'
