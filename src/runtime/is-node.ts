/**
 * True on Node itself, and false on another runtime that has its modules. With `nodejs_compat`, workerd also claims to
 * be Node. There, a timer ends with the request that has set it, so no other request may wait for it.
 */
export const IS_NODE: boolean =
  typeof process !== 'undefined' &&
  process.versions['node'] !== undefined &&
  process.versions['bun'] === undefined &&
  process.versions['deno'] === undefined &&
  (typeof navigator === 'undefined' || navigator.userAgent !== 'Cloudflare-Workers')
