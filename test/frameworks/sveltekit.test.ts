import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fakeFile } from '../../src/testing/fake-file.ts'
import { INSTALL_MS } from '../npm.ts'
import { post, testExample } from './example-promises.ts'
import { areFrameworksTested, installExample } from './installed-example.ts'
import type { InstalledExample } from './installed-example.ts'

describe.runIf(areFrameworksTested)('the example in SvelteKit', () => {
  let example: InstalledExample

  beforeAll(async () => {
    example = await installExample('sveltekit', { variables: { PORT: '0' } })
  }, INSTALL_MS)

  afterAll(async () => await example.stop())

  testExample(() => example)

  test('takes a typed form, and shows what is wrong with it', async () => {
    expect(await (await fetch(example.origin)).text()).toContain('type="file"')
    const taken = await post(example, '/', { title: 'A bird', photo: fakeFile('bird.png') })
    expect([taken.status, taken.headers.get('location')]).toEqual([303, '/'])
    expect(await (await fetch(example.origin)).text()).toContain('src="/photos/bird.png"')
    const before = await example.storedFiles()
    const refused = await post(example, '/', { title: ' ', photo: fakeFile('page.html') })
    expect(refused.status).toBe(422)
    const page = await refused.text()
    expect(page).toContain('Give it a title.')
    expect(page).toContain('.html files are not accepted here')
    expect(await example.storedFiles()).toEqual(before)
  })

  test('leaves forms of other origins to the check of SvelteKit', async () => {
    const body = new FormData()
    body.append('file', fakeFile('cat.png'))
    const headers = { origin: 'https://elsewhere.example' }
    expect((await fetch(`${example.origin}/photos`, { method: 'POST', body, headers })).status).toBe(403)
  })
})
