import { describe, expect, test } from 'vitest'
import { UploadError } from '../../errors/upload-error.ts'
import { uploadHandler } from '../../handler/upload-handler.ts'
import type { Incoming } from '../../http/incoming.ts'
import { uploadSet } from '../../policy/upload-set.ts'
import { memoryStorage } from '../../storage/memory/memory-storage.ts'
import { nextHandlers } from './next-handlers.ts'
import { nextProblems } from './next-problems.ts'

// How Next.js calls them is shown on Next.js itself, by the test of its example.

const at = (params: Record<string, string | string[] | undefined>) => ({ params: Promise.resolve(params) })

describe('the handlers of a route', () => {
  test('are mounted at the end of its own segments', async () => {
    const told: Incoming[] = []
    const { GET } = nextHandlers({
      async handle(incoming) {
        told.push(incoming)
        return { status: 204, headers: {} }
      },
    })
    for (const [path, params] of [
      ['/photos', {}],
      ['/photos?x=%20', { path: undefined }],
      ['/photos/', {}],
      ['/users/ann/photos/a%2Fb.png?x', { user: 'ann', path: ['a/b.png'] }],
      ['/photos/a/b', { path: ['a', 'b'] }],
    ] as const) {
      await GET(new Request(`http://x${path}`), { params: Promise.resolve(params) })
    }
    expect(told.map(({ mount, target }) => [mount, target])).toEqual([
      ['/photos', '/'],
      ['/photos', '/?x=%20'],
      ['/photos', '/'],
      ['/users/ann/photos', '/a%2Fb.png?x'],
      ['/photos', '/a/b'],
    ])
  })

  test('take, list, serve and delete', async () => {
    const set = uploadSet('photos', { storage: memoryStorage() })
    const { GET, POST, HEAD, DELETE, OPTIONS, PUT } = nextHandlers(
      uploadHandler(set, { listing: true, deletion: true }),
    )
    const body = new FormData()
    body.append('file', new File(['hello'], 'a.txt'))
    const created = await POST(new Request('http://x/photos', { method: 'POST', body }), at({}))
    expect([created.status, created.headers.get('location')]).toEqual([201, '/photos/a.txt'])
    const ask = (method: string) => new Request('http://x/photos/a.txt', { method })
    expect(await (await GET(ask('GET'), at({ path: ['a.txt'] }))).text()).toBe('hello')
    expect((await HEAD(ask('HEAD'), at({ path: ['a.txt'] }))).headers.get('content-length')).toBe('5')
    const put = new Request('http://x/photos/b.txt', { method: 'PUT', body: 'hello' })
    expect((await PUT(put, at({ path: ['b.txt'] }))).status).toBe(201)
    const listed = await (await GET(new Request('http://x/photos'), at({}))).json()
    expect(listed.files).toHaveLength(2)
    expect((await OPTIONS(ask('OPTIONS'), at({ path: ['a.txt'] }))).headers.get('allow')).toContain('DELETE')
    expect((await DELETE(ask('DELETE'), at({ path: ['a.txt'] }))).status).toBe(204)
    expect((await GET(ask('GET'), at({ path: ['a.txt'] }))).status).toBe(404)
  })

  test('know a client as they are told, and tell what was thrown', async () => {
    const told: unknown[] = []
    const mistake = new Error('a mistake')
    const { POST } = nextHandlers(
      {
        handle({ clientAddress }) {
          told.push(clientAddress)
          return Promise.reject(mistake)
        },
      },
      { clientAddress: ({ headers }) => headers.get('x-ip') ?? undefined, onError: (error) => told.push(error) },
    )
    const request = new Request('http://x/', { method: 'POST', body: 'hello', headers: { 'x-ip': '192.0.2.7' } })
    expect((await POST(request, at({}))).status).toBe(500)
    expect(told).toEqual(['192.0.2.7', mistake])
  })
})

describe("a route of one's own", () => {
  test('answers refusals, tells those of ours, and leaves the rest to Next.js', async () => {
    const told: unknown[] = []
    const fails = async (error: Error): Promise<Response> => {
      const POST = nextProblems(
        () => {
          throw error
        },
        { onError: (failure) => told.push(failure) },
      )
      return await POST(new Request('http://x/', { method: 'POST' }))
    }
    const refused = await fails(new UploadError('too-many-files', { limit: 1 }))
    expect([refused.status, (await refused.json()).code]).toEqual([413, 'too-many-files'])
    expect(told).toEqual([])
    const ours = new UploadError('internal-error', {})
    expect((await fails(ours)).status).toBe(500)
    expect(told).toEqual([ours])
    const redirect = new Error('NEXT_REDIRECT')
    await expect(fails(redirect)).rejects.toBe(redirect)
  })

  test('keeps its parameters', async () => {
    const GET = nextProblems(async (_: Request, { params }: { params: Promise<{ id: string }> }) =>
      Response.json(await params),
    )
    const answer = await GET(new Request('http://x/'), { params: Promise.resolve({ id: '7' }) })
    expect(await answer.json()).toEqual({ id: '7' })
  })
})
