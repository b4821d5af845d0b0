import type { FormOutput, FormShape } from '../../form/form-shape.ts'
import type { UploadForm } from '../../form/upload-form.ts'
import type { NestHost } from './nest-host.ts'

/** What a route behind `FormInterceptor(form)` has as its `@Body()`: `Received<typeof form>`. */
export type Received<Form extends UploadForm> = Form extends UploadForm<infer Shape> ? FormOutput<Shape> : never

/** An interceptor of Nest. */
export interface NestFormInterceptor {
  intercept(context: NestHost, next: NestRoute): Promise<readonly [result: unknown]>
}

/** What Decant needs of Nest's `CallHandler`, and of the `Observable` that it gives. */
export interface NestRoute {
  handle(): {
    subscribe(observer: { next(value: unknown): void; error(error: unknown): void; complete(): void }): unknown
  }
}

/**
 * Receives a typed form for a route of Nest, which gets it as `@Body()`. The route runs inside the form's transaction: its
 * files have their keys already and are not visible yet, and where it throws, none is kept. Guards have said yes before a
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
      // Of an interceptor Nest takes whatever RxJS makes an Observable of.
      return [result]
    }
  }
}

/** What a route has answered. */
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
