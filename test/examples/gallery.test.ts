import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileExample } from './compiled-example.ts'

// One small app in each framework: what it does is the same in all of them.

// 1x1, so that it is what its name says.
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

const folder = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))
const nest = compileExample('nest')
afterAll(async () => await (await nest)[Symbol.asyncDispose]())

/** The program of each, as a user starts it. */
const EXAMPLES: readonly (readonly [name: string, program: () => Promise<string>])[] = [
  ...['express', 'fastify', 'hono', 'koa'].map((name) => [name, async () => join(folder(name), 'app.ts')] as const),
  ['Nest, on Express', async () => join((await nest).path, 'dist/main.js')],
  ['Nest, on Fastify', async () => join((await nest).path, 'dist/main-fastify.js')],
]

describe.each(EXAMPLES)('the example in %s', (name, program) => {
  let root: string
  let origin: string
  let stop: () => Promise<void>

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'decant-example-'))
    // The uploads go to the folder in which it is started.
    const app = spawn(process.execPath, [await program()], {
      cwd: root,
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exit = once(app, 'exit')
    const started = once(createInterface(app.stdout), 'line').then(([line]) => new URL(line).origin)
    origin = await Promise.race([started, exit.then(([code]) => Promise.reject(new Error(`It ended with ${code}`)))])
    stop = async () => {
      app.kill()
      await exit
    }
  })

  afterAll(async () => {
    await stop()
    await rm(root, { recursive: true })
  })

  async function post(path: string, entries: Record<string, string | File>): Promise<Response> {
    const body = new FormData()
    for (const [field, value] of Object.entries(entries)) body.append(field, value)
    return await fetch(origin + path, { method: 'POST', body, redirect: 'manual' })
  }

  test('shows a picture that came by its form, and serves it', async () => {
    expect(await (await fetch(origin)).text()).toContain('enctype="multipart/form-data"')
    const answer = await post('/', { title: 'A <cat>', photo: new File([PNG], 'Cat.PNG') })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
    const page = await (await fetch(origin)).text()
    expect(page).toMatch(/<img src="\/photos\/Cat\.PNG" alt=""(?: \/)?>/)
    expect(page).toMatch(/<figcaption>A &(?:#60|lt);cat&(?:#62|gt);<\/figcaption>/)
    const picture = await fetch(`${origin}/photos/Cat.PNG`)
    expect(picture.headers.get('content-type')).toBe('image/png')
    expect(Buffer.from(await picture.arrayBuffer())).toEqual(PNG)
  })

  test('shows what is wrong with a form, and keeps nothing of it', async () => {
    const before = await readdir(join(root, 'uploads'))
    const answer = await post('/', { title: ' ', photo: new File(['no picture'], 'a.png') })
    const page = await answer.text()
    expect(answer.status).toBe(422)
    expect(page).toContain('<strong>Give it a title.</strong>')
    expect(page).toMatch(/<strong>&(?:#34|quot);a\.png&(?:#34|quot); is not what its name says/)
    expect(await readdir(join(root, 'uploads'))).toEqual(before)
  })

  test('reads a form by hand, and refuses what is too large in full', async () => {
    expect(await (await post('/measure', { file: new File(['hello'], 'a.txt') })).json()).toEqual({
      name: 'a.txt',
      size: 5,
    })
    const refused = await post('/measure', { file: new File([new Uint8Array(20_000_000)], 'a.bin') })
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(await refused.json()).toMatchObject({ status: 413, code: 'file-too-large', limit: 1_048_576 })
    const none = await post('/measure', { other: 'x' })
    expect([none.status, (await none.json()).code]).toEqual([422, 'missing-file'])
  })

  test('saves a file by its set', async () => {
    const saved = await post('/avatar', { file: new File([PNG], 'me.png') })
    expect(saved.status).toBe(201)
    expect(await saved.json()).toMatchObject({ key: 'avatar.png', type: 'image/png', url: '/photos/avatar.png' })
    expect((await post('/avatar', { file: new File(['x'], 'me.exe') })).status).toBe(415)
  })

  test('takes, lists and refuses files at its URL', async () => {
    const created = await post('/photos', { file: new File([PNG], 'dog.png') })
    expect([created.status, created.headers.get('location')]).toEqual([201, '/photos/dog.png'])
    const { files } = await (await fetch(`${origin}/photos`)).json()
    expect(files.map(({ key }: { key: string }) => key)).toContain('dog.png')
    const refused = await post('/photos', { file: new File([new Uint8Array(40_000_000)], 'big.png') })
    expect([refused.status, (await refused.json()).code]).toEqual([413, 'file-too-large'])
    expect((await fetch(`${origin}/nowhere`)).status).toBe(404)
  })

  function testInterceptor(): void {
    test('has a typed form for programs, all of which is kept or nothing', async () => {
      const taken = await post('/posts', { title: 'A bird', photo: new File([PNG], 'bird.png') })
      expect([taken.status, await taken.json()]).toEqual([201, { title: 'A bird', url: '/photos/bird.png' }])
      const before = await readdir(join(root, 'uploads'))
      const refused = await post('/posts', { title: ' ', photo: new File([PNG], 'fish.png') })
      expect([refused.status, refused.headers.get('content-type')]).toEqual([422, 'application/problem+json'])
      expect((await refused.json()).detail).toContain('Give it a title.')
      expect(await readdir(join(root, 'uploads'))).toEqual(before)
    })
  }

  if (name.startsWith('Nest')) testInterceptor()
  if (name !== 'express') return
  test('reads JSON by its parser if that stands', async () => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ key: 'Cat.PNG', title: 'A dog' })
    const answer = await fetch(`${origin}/rename`, { method: 'POST', headers, body })
    expect(await answer.json()).toEqual({ key: 'Cat.PNG', title: 'A dog' })
  })
})
