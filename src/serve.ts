/**
 * Serve stored files: ranges, conditional requests, download names, and headers that keep a stranger's file from acting
 * for your site.
 *
 * @module
 */
export { serveFile } from './serve/serve-file.ts'
export type { ServeOptions } from './serve/serve-file.ts'
export { fileOutgoing } from './serve/file-outgoing.ts'
export { fileServer } from './serve/file-server.ts'
export type { FileExport, FileExports, FileServerOptions } from './serve/file-server.ts'
export type { ConditionalRequest } from './serve/conditions.ts'
export type { CacheOptions } from './serve/cache-control.ts'
export type { CrossOriginResourcePolicy } from './serve/inert-headers.ts'
export { problemOutgoing } from './http/problem-outgoing.ts'
