import type { IncomingMessage } from 'node:http'
import type express from 'express'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { expressHandler } from '../adapters/express/express-handler.ts'
import { fetchHandler } from '../adapters/fetch/fetch-handler.ts'
import { nodeHandler } from '../adapters/node/node-handler.ts'
import { uploadForm } from '../form/upload-form.ts'
import type { RequestHandler } from '../http/outgoing.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import { formHandler } from './form-handler.ts'

const photos = uploadSet('photos', { storage: memoryStorage() })
const form = uploadForm({ title: z.string(), cover: photos.one() })

describe('the hooks of formHandler', () => {
  test('get the request, the context, the data and the result by their types', () => {
    const handler = formHandler(form, {
      context: async (request: express.Request) => ({ user: request.get('x-user') }),
      authorize: ({ request, context }) => {
        expectTypeOf(request).toEqualTypeOf<express.Request>()
        return context.user !== undefined
      },
      scope: ({ context }) => context.user ?? '',
      received: async (data, { context, scope, transaction, signal }) => {
        expectTypeOf(data).toEqualTypeOf<{ title: string; cover: StoredFile }>()
        expectTypeOf(context).toEqualTypeOf<{ user: string | undefined }>()
        expectTypeOf(scope).toEqualTypeOf<string | undefined>()
        expectTypeOf(transaction.id).toEqualTypeOf<string>()
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
        return { id: data.cover.key }
      },
      redirect: (result) => {
        expectTypeOf(result).toEqualTypeOf<{ id: string }>()
        return `/letters/${result.id}`
      },
      refused: ({ errors, values }, { context }) => {
        expectTypeOf(context).toEqualTypeOf<{ user: string | undefined } | undefined>()
        return new Response(`${errors.get('title')?.label} ${values.get('title')}`)
      },
    })
    expectTypeOf(handler).toEqualTypeOf<RequestHandler<express.Request>>()
    expressHandler(handler)
    // @ts-expect-error A Fetch request is not one of Express.
    fetchHandler(handler)
  })

  test('need no annotation if they do not ask for the request', () => {
    const handler = formHandler(form, { received: ({ title }) => title.length, redirect: '/letters' })
    expectTypeOf(handler).toEqualTypeOf<RequestHandler>()
    fetchHandler(handler)
    nodeHandler(handler)
  })

  test('do not compile if they are wrong', () => {
    const received = (): number => 1
    // @ts-expect-error A form is needed.
    formHandler(photos, { received })
    // @ts-expect-error `received` is needed.
    formHandler(form, {})
    // @ts-expect-error The form has no field of this name.
    formHandler(form, { received: (data) => expectTypeOf(data.name) })
    // @ts-expect-error Only true allows a form.
    formHandler(form, { received, authorize: () => 'yes' })
    // @ts-expect-error A missing user is not a scope.
    formHandler(form, { context: (): { id?: string } => ({}), scope: ({ context }) => context.id, received })
    // @ts-expect-error The context has no password.
    formHandler(form, { context: () => ({ user: 1 }), received: (_, { context }) => expectTypeOf(context.password) })
    // @ts-expect-error The result has no id.
    formHandler(form, { received: ({ title }) => ({ title }), redirect: ({ id }) => `/letters/${id}` })
    // @ts-expect-error There is no option of this name.
    formHandler(form, { received, recieved: received })
    // @ts-expect-error Without a context hook, there is no context.
    formHandler(form, { received: (_, { context }) => expectTypeOf(context.user) })
    // @ts-expect-error A page is a Response.
    formHandler(form, { received, refused: () => '<p>No' })
    expectTypeOf<IncomingMessage>().not.toEqualTypeOf<express.Request>()
  })
})
