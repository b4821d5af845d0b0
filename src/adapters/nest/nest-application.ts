import type { ExpressListener } from '../express/express-handler.ts'
import type { FastifyPlugin, FastifyScope } from '../fastify/fastify-exchange.ts'
import type { AnyNodeServer } from '../node/attach.ts'
import type { UploadErrorFilter } from './upload-error-filter.ts'

/** The parts of Nest's `INestApplication` that Decant needs: Nest itself is not imported. */
export interface NestApplication {
  getHttpAdapter(): { getInstance(): NestPlatform }
  getHttpServer(): AnyNodeServer
  useGlobalFilters(filter: UploadErrorFilter): unknown
}

/** The HTTP adapter of a Nest app. */
export type NestPlatform = NestExpress | NestFastify

/** Of `@nestjs/platform-express`. */
export interface NestExpress {
  use(path: string, ...listeners: ExpressListener[]): unknown
}

/** Of `@nestjs/platform-fastify`. */
export interface NestFastify extends Pick<FastifyScope, 'addContentTypeParser'> {
  register(plugin: FastifyPlugin, options: { readonly prefix: string }): unknown
}
