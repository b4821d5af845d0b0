/**
 * Connect Decant to `node:http` and `node:http2`, and to frameworks on them.
 *
 * @module
 */
export type { AdapterOptions } from './adapters/adapter-options.ts'
export type { NodeAdapterOptions, TrustedProxies } from './adapters/node/node-adapter-options.ts'
export { answerRequest, toIncomingBy } from './adapters/node/answer-request.ts'
export type { MountedHandler } from './http/outgoing.ts'
export type { ToIncoming } from './adapters/node/answer-request.ts'
export { attach } from './adapters/node/attach.ts'
export type { AnyNodeServer } from './adapters/node/attach.ts'
export type { AnyNodeRequest, AnyNodeResponse } from './adapters/node/node-exchange.ts'
export { nodeHandler } from './adapters/node/node-handler.ts'
export type { NodeHandlerOptions, NodeListener } from './adapters/node/node-handler.ts'
export { sendFile } from './adapters/node/send-file.ts'
export { trustedProxies } from './adapters/node/trusted-proxies.ts'
export { sendProblem } from './adapters/node/send-problem.ts'
export type { ProblemOptions, SentenceOptions } from './errors/problem-options.ts'
