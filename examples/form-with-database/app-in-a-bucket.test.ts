import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { startExample } from '../../test/examples/start-example.ts'
import { s3Test } from '../../test/s3/s3-test.ts'
import { credentialsOf } from '../../test/s3/serve-bucket.ts'
import type { TestBucket } from '../../test/s3/test-bucket.ts'

const APP = fileURLToPath(new URL('app.ts', import.meta.url))
// 1x1, so that a browser can show it.
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

function post(origin: string, title: string, ...pictures: readonly File[]): Promise<Response> {
  const body = new FormData()
  body.append('title', title)
  for (const picture of pictures) body.append('pictures', picture)
  return fetch(origin, { method: 'POST', body, redirect: 'manual' })
}

async function picturesIn(bucket: TestBucket): Promise<string[]> {
  return (await bucket.objects()).map(({ key }) => key).filter((key) => !key.startsWith('.decant/'))
}

async function sourcesOn(origin: string): Promise<string[]> {
  const page = await (await fetch(origin)).text()
  return [...page.matchAll(/<img src="([^"]+)"/g)].map(([, source = '']) => source)
}

s3Test('a post and its pictures are in the database and the bucket, or in neither of them', async ({ bucket }) => {
  const { name, engine } = bucket
  const variables = { ...credentialsOf(engine), BUCKET: name, ENDPOINT: engine.endpoint, AWS_REGION: engine.region }
  const folder = await mkdtemp(join(tmpdir(), 'form-in-a-bucket-'))
  let app = await startExample(APP, folder, variables)
  try {
    expect((await post(app.origin, 'Cats', new File([PNG], 'cat.png'), new File([PNG], 'cat.png'))).status).toBe(303)
    const stored = await picturesIn(bucket)
    for (const key of stored) bucket.acknowledge(key, PNG)
    expect(stored).toHaveLength(2)
    expect((await post(app.origin, 'Cats', new File([PNG], 'other.png'))).status).toBe(422)
    expect((await post(app.origin, 'Page', new File(['<html>'], 'page.html'))).status).toBe(422)
    expect(await picturesIn(bucket)).toEqual(stored)

    await app.stop()
    app = await startExample(APP, folder, variables)
    const sources = await sourcesOn(app.origin)
    expect(sources.map((source) => source.slice('/pictures/'.length)).toSorted()).toEqual(stored.toSorted())
    for (const source of sources) {
      const picture = await fetch(app.origin + source)
      expect(Buffer.from(await picture.arrayBuffer()).equals(PNG)).toBe(true)
    }
    expect(await readdir(folder)).not.toContain('pictures')
  } finally {
    await app.stop()
    await rm(folder, { recursive: true })
  }
})
