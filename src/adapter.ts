/**
 * Write an adapter for a framework of your own. These pieces do not need Node. An adapter for a framework on
 * `node:http` uses `toIncomingBy` and `answerRequest` of `decant/node`, too.
 *
 * @module
 */
export type { Incoming, MountedPath } from './http/incoming.ts'
export { ContentType } from './http/content-type.ts'
export type { BodyKind } from './http/content-type.ts'
export type { MediaType } from './http/media-type.ts'
export type { MountedHandler, Outgoing, RequestHandler } from './http/outgoing.ts'
export type { ByteSink, ByteSource, DrainLimits, ReadOptions } from './http/byte-source.ts'
export type { AdapterOptions } from './adapters/adapter-options.ts'
export { fromFetchRequest } from './http/fetch-request.ts'
export type { FetchRequestOptions } from './http/fetch-request.ts'
export type { AnyRequest } from './http/to-incoming.ts'
export type { NodeRequest } from './http/node-request.ts'
export type { ReadableRequest } from './http/readable-request.ts'
export { discardBody } from './http/discard-body.ts'
export { problemOutgoing } from './http/problem-outgoing.ts'
export { toResponse } from './adapters/fetch/to-response.ts'
