/**
 * Connect Decant to the route handlers of Next.js.
 *
 * @module
 */
export { nextHandlers } from './adapters/next/next-handlers.ts'
export type { NextContext, NextHandlers, NextRoute } from './adapters/next/next-handlers.ts'
export { nextProblems } from './adapters/next/next-problems.ts'
export type { NextProblemsOptions } from './adapters/next/next-problems.ts'
export type { SentenceOptions } from './errors/problem-options.ts'
