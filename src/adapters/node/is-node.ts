import process from 'node:process'

/** Whether this is Node itself, and not another runtime that has its modules. */
export const IS_NODE: boolean = process.versions['bun'] === undefined && process.versions['deno'] === undefined
