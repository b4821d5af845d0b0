/** Whether this is Node itself, and not another runtime that has its modules. */
export const IS_NODE: boolean =
  typeof process !== 'undefined' &&
  process.versions['node'] !== undefined &&
  process.versions['bun'] === undefined &&
  process.versions['deno'] === undefined
