import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

// 1x1, so that it is what its name says.
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const TOO_LONG = 'A title that is far too long "for it" <b>'

describe('the typed form', () => {
  let root: string
  let origin: string
  let stop: () => Promise<void>

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'typed-form-'))
    // As a user starts it. The uploads go to the folder in which it is started.
    const app = spawn(process.execPath, [fileURLToPath(new URL('app.ts', import.meta.url))], {
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

  async function post(...entries: [name: string, value: string | File][]): Promise<{ status: number; page: string }> {
    const body = new FormData()
    for (const [name, value] of entries) body.append(name, value)
    const answer = await fetch(origin, { method: 'POST', body, redirect: 'manual' })
    return { status: answer.status, page: await answer.text() }
  }

  /** The names of all stored files. */
  async function stored(): Promise<string[]> {
    const entries = await readdir(join(root, 'uploads'), { withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  }

  test('is shown empty', async () => {
    const answer = await fetch(origin)
    expect(answer.status).toBe(200)
    const page = await answer.text()
    expect(page).toContain('enctype="multipart/form-data"')
    expect(page).not.toContain('<strong')
    expect(page).not.toContain('_kept')
  })

  test('comes back with what was filled in, escaped, and what is wrong, and takes the rest of it', async () => {
    const cover = new File([PNG], 'A "cat".png', { type: 'image/png' })
    const refused = await post(['title', TOO_LONG], ['text', '</textarea><script>'], ['cover', cover])
    expect(refused.status).toBe(422)
    expect(refused.page).toContain('value="A title that is far too long &#34;for it&#34; &#60;b&#62;"')
    expect(refused.page).toContain('&#60;/textarea&#62;&#60;script&#62;</textarea>')
    expect(refused.page).toContain('<strong id="title-error">Use at most 20 characters.</strong>')
    expect(refused.page).toContain('<em>A &#34;cat&#34;.png is here already.</em>')
    expect(refused.page).not.toContain('id="cover-error"')
    const kept = /name="_kept" value="([\w.-]+)"/.exec(refused.page)?.[1] ?? ''

    const accepted = await post(
      ['_kept', kept],
      ['title', 'Cats'],
      ['text', 'Two < three'],
      ['cover', new File([], '')],
    )
    expect(accepted.status).toBe(303)
    const [name = ''] = await stored()
    const posts = await (await fetch(`${origin}/posts`)).text()
    expect(posts).toContain('<h2>Cats</h2><p>Two &#60; three</p>')
    expect(posts).toContain('A &#34;cat&#34;.png</a>')
    const answer = await fetch(`${origin}/photos/${encodeURIComponent(name)}`)
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(PNG)
  })

  test('tells all that is wrong at once', async () => {
    const before = await stored()
    const { status, page } = await post(['title', ' '], ['text', ''], ['cover', new File(['no picture'], 'a.png')])
    expect(status).toBe(422)
    expect(page).toContain('<strong id="title-error">Give it a title.</strong>')
    expect(page).toMatch(/<strong id="cover-error">&#34;a\.png&#34; is not what its name says/)
    expect(await stored()).toEqual(before)
  })

  test('answers a form of another kind with a page, too', async () => {
    const answer = await fetch(origin, { method: 'POST', body: new URLSearchParams({ title: 'Cats' }) })
    expect(answer.status).toBe(415)
    expect(await answer.text()).toContain('Give the form enctype=&#34;multipart/form-data&#34;')
    expect((await fetch(`${origin}/nowhere`)).status).toBe(404)
  })
})
