/** True for a promise of any realm, and for another object with `then`, such as a query of Prisma, knex or mongoose. */
export function isThenable<Result>(value: Result | PromiseLike<Result>): value is PromiseLike<Result> {
  if (typeof value !== 'object' && typeof value !== 'function') return false
  return value !== null && 'then' in value && typeof value.then === 'function'
}
