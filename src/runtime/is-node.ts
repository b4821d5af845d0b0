/**
 * Whether this is Node itself, and not another runtime that has its modules. With `nodejs_compat` workerd gives itself out for Node, too; there
 * a timer that one request has set is gone with this request, and must not be what others wait for.
 */
export const IS_NODE: boolean =
  typeof process !== 'undefined' &&
  process.versions['node'] !== undefined &&
  process.versions['bun'] === undefined &&
  process.versions['deno'] === undefined &&
  (typeof navigator === 'undefined' || navigator.userAgent !== 'Cloudflare-Workers')
