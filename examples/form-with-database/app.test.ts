import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startExample } from '../../test/examples/start-example.ts'

// 1x1, so that a browser can show it.
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

const APP = fileURLToPath(new URL('app.ts', import.meta.url))

let root: string
let origin: string
let stop: () => Promise<void>

/** Its database and its pictures are in the current folder. */
async function start(): Promise<void> {
  ;({ origin, stop } = await startExample(APP, root))
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'form-with-database-'))
  await start()
})

afterAll(async () => {
  await stop()
  await rm(root, { recursive: true })
})

function post(title: string, ...pictures: readonly File[]): Promise<Response> {
  const body = new FormData()
  body.append('title', title)
  for (const picture of pictures) body.append('pictures', picture)
  return fetch(origin, { method: 'POST', body, redirect: 'manual' })
}

/** The files that are visible. */
async function visible(): Promise<string[]> {
  const names = await readdir(join(root, 'pictures'))
  return names.filter((name) => name !== '.decant').toSorted()
}

test('shows a post with its pictures, which come back byte for byte', async () => {
  const answer = await post('<Cats>', new File([PNG], 'cat.png'), new File([PNG], 'cat.png'))
  expect(answer.status).toBe(303)
  const page = await (await fetch(origin)).text()
  expect(page).toContain('<h2>&#60;Cats&#62;</h2>')
  const sources = [...page.matchAll(/<img src="([^"]+)"/g)].map(([, source]) => source)
  expect(sources).toEqual(['/pictures/cat.png', '/pictures/cat_1.png'])
  for (const source of sources) {
    const picture = await fetch(origin + source)
    expect(Buffer.from(await picture.arrayBuffer()).equals(PNG)).toBe(true)
  }
})

test('keeps no picture of a post that the database does not take, nor of one that is not valid', async () => {
  expect((await post('Dogs', new File([PNG], 'dog.png'))).status).toBe(303)
  const before = await visible()
  const again = await post('Dogs', new File([PNG], 'other.png'))
  expect(again.status).toBe(422)
  expect(await again.text()).toContain('There is a post of that title already.')
  expect((await post(' ', new File([PNG], 'untitled.png'))).status).toBe(422)
  expect((await post('Page', new File(['<html>'], 'page.html'))).status).toBe(422)
  expect((await post('None')).status).toBe(422)
  expect(await visible()).toEqual(before)
})

test('has its posts and their pictures after it was killed', async () => {
  expect((await post('Birds', new File([PNG], 'bird.png'))).status).toBe(303)
  const before = await visible()
  await stop()
  await start()
  expect(await visible()).toEqual(before)
  expect(await (await fetch(origin)).text()).toContain('<h2>Birds</h2>')
  expect((await fetch(`${origin}/pictures/bird.png`)).status).toBe(200)
})
