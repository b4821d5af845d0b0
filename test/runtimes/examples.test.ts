import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { env, execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RawClient } from '../../src/testing/adapter-contract/raw-client.ts'
import { readExamplePage } from '../examples/example-page.ts'
import { INSTALL_MS } from '../npm.ts'
import { RuntimeFolder } from './runtime-folder.ts'

// The examples of runtimes, each installed from nothing by its own package.json and started by its own `npm start`.

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples')
// 1x1, so that it is what its name says.
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

interface Manifest {
  readonly scripts: { readonly start: string }
  readonly dependencies: Readonly<Record<string, string>>
}

describe.each(['bun', 'deno', 'workers'])('the example in examples/%s', (name) => {
  let folder: RuntimeFolder
  let app: ChildProcess
  let origin: string

  beforeAll(async () => {
    const manifest: Manifest = JSON.parse(await readFile(join(EXAMPLES, name, 'package.json'), 'utf8'))
    const others = Object.entries(manifest.dependencies).filter(([dependency]) => dependency !== 'decant')
    folder = await RuntimeFolder.create(others.map(([dependency, version]) => `${dependency}@${version}`))
    await cp(join(EXAMPLES, name), folder.path, {
      recursive: true,
      filter: (path) => !path.endsWith('package.json'),
    })
    const [program = '', ...args] = manifest.scripts.start.split(' ')
    app = spawn(program === 'node' ? execPath : folder.program(`.bin/${program}`), args, {
      cwd: folder.path,
      env: { ...env, PORT: '0', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const { stdout } = app
    if (stdout === null) throw new Error('It has no output.')
    const exit = once(app, 'exit').then(([code]) => Promise.reject(new Error(`It ended with ${code}.`)))
    exit.catch(() => {})
    const started = once(createInterface(stdout), 'line').then(([line]) => new URL(line).origin)
    origin = await Promise.race([started, exit])
  }, INSTALL_MS)

  afterAll(async () => {
    if (app.exitCode === null) {
      const ended = once(app, 'exit')
      app.kill()
      await ended
    }
    await folder[Symbol.asyncDispose]()
  })

  async function post(path: string, field: string, file: File): Promise<Response> {
    const body = new FormData()
    body.append(field, file)
    return await fetch(origin + path, { method: 'POST', body, redirect: 'manual' })
  }

  test('is installed and started as its page says', async () => {
    const { files, steps } = await readExamplePage(name)
    expect([files, steps]).toEqual([undefined, ['npm install', 'npm start']])
  })

  test('takes a picture by its form, shows and serves it', async () => {
    expect(await (await fetch(origin)).text()).toContain('enctype="multipart/form-data"')
    const answer = await post('/', 'photo', new File([PNG], 'Cat.PNG'))
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
    expect(await (await fetch(origin)).text()).toContain('<img src="/photos/Cat.PNG"')
    const picture = await fetch(`${origin}/photos/Cat.PNG`)
    expect(picture.headers.get('content-type')).toBe('image/png')
    expect(Buffer.from(await picture.arrayBuffer())).toEqual(PNG)
  })

  test('says on the page what is wrong', async () => {
    const answer = await post('/', 'photo', new File(['hello'], '<cat>.txt'))
    expect(answer.status).toBe(422)
    expect(await answer.text()).toMatch(/role="alert">.*&lt;cat>\.txt.*not accepted/)
  })

  test('reads a form that is larger than what stays in memory, and refuses one over its limit', async () => {
    const read = await post('/measure', 'file', new File([new Uint8Array(2_000_000)], 'a.bin'))
    expect(await read.json()).toEqual({ name: 'a.bin', size: 2_000_000 })
    const refused = await post('/measure', 'file', new File([new Uint8Array(17_000_000)], 'b.bin'))
    expect([refused.status, await refused.json()]).toEqual([413, expect.objectContaining({ code: 'file-too-large' })])
  })

  test('lets no client take more than four uploads at once, whose addresses the runtime tells', async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => RawClient.connect(origin)))
    for (const client of clients) {
      await client.send('PUT /photos/a.png HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n')
      await client.send(PNG)
    }
    const first = await Promise.race(clients.map(async (client) => (await client.answer()).status))
    expect(first).toBe(503)
    for (const client of clients) client.reset()
  })

  test('keeps its files on the disk, if there is one', () => {
    expect(existsSync(join(folder.path, 'uploads', 'Cat.PNG'))).toBe(name !== 'workers')
  })
})
