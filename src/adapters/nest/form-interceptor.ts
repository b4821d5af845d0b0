import type { FormOutput, FormShape } from '../../form/form-shape.ts'
import type { UploadForm } from '../../form/upload-form.ts'
import type { NestHost } from './nest-host.ts'

/** The `@Body()` of a route behind `FormInterceptor(form)`: `Received<typeof form>`. */
export type Received<Form extends UploadForm> = Form extends UploadForm<infer Shape> ? FormOutput<Shape> : never

/** An interceptor of Nest. */
export interface NestFormInterceptor {
  intercept(context: NestHost, next: NestRoute): Promise<readonly [result: unknown]>
}

/** The parts of Nest's `CallHandler`, and of its `Observable`, that Decant needs. */
export interface NestRoute {
  handle(): {
    subscribe(observer: { next(value: unknown): void; error(error: unknown): void; complete(): void }): unknown
  }
}

/**
 * Receives a typed form for a route of Nest, which gets it as `@Body()`. The route runs inside the form's transaction:
 * its files have their keys already and are not visible yet. If the route throws, no file is kept. Guards run before a
 * byte of the body is read. Refusals are `UploadError`s, for `UploadErrorFilter`.
 *
 * @example
 * ```ts
 * const photoForm = uploadForm({ title: z.string().max(80), photo: photos.one() })
 *
 * @Post('photos')
 * @UseInterceptors(FormInterceptor(photoForm))
 * async create(@Body() { title, photo }: Received<typeof photoForm>) {
 *   return await this.database.insert({ title, key: photo.key })
 * }
 * ```
 */
export function FormInterceptor<Shape extends FormShape>(form: UploadForm<Shape>): new () => NestFormInterceptor {
  return class implements NestFormInterceptor {
    async intercept(context: NestHost, route: NestRoute): Promise<readonly [result: unknown]> {
      const request = context.getArgByIndex(0)
      const result = await form.receive(request, async (data) => {
        request.body = data
        return await lastOf(route)
      })
      // Nest accepts any value of an interceptor that RxJS can turn into an Observable.
      return [result]
    }
  }
}

/** The answer of a route. */
function lastOf(route: NestRoute): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let last: unknown
    route.handle().subscribe({
      next(value) {
        last = value
      },
      error: reject,
      complete: () => resolve(last),
    })
  })
}
