/**
 * Connect Decant to NestJS, on Express and on Fastify.
 *
 * @module
 */
export { nestDecant } from './adapters/nest/nest-decant.ts'
export type { NestDecantOptions, NestNative } from './adapters/nest/nest-decant.ts'
export { FormInterceptor } from './adapters/nest/form-interceptor.ts'
export type { NestFormInterceptor, NestRoute, Received } from './adapters/nest/form-interceptor.ts'
export type { NestApplication, NestExpress, NestFastify, NestPlatform } from './adapters/nest/nest-application.ts'
export type { NestHost, NestRequest } from './adapters/nest/nest-host.ts'
export { UploadErrorFilter } from './adapters/nest/upload-error-filter.ts'
export type { UploadErrorFilterOptions } from './adapters/nest/upload-error-filter.ts'
export type { SentenceOptions } from './errors/problem-options.ts'
