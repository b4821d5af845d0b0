import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fakeFile } from '../../src/testing/fake-file.ts'
import { INSTALL_MS } from '../npm.ts'
import { post, testExample } from './example-promises.ts'
import { areFrameworksTested, installExample } from './installed-example.ts'
import type { InstalledExample } from './installed-example.ts'

describe.runIf(areFrameworksTested)('the example in React Router', () => {
  let example: InstalledExample

  beforeAll(async () => {
    // Without a port it takes a free one.
    example = await installExample('react-router')
  }, INSTALL_MS)

  afterAll(async () => await example.stop())

  testExample(() => example)

  test('takes a typed form, and shows what is wrong with it', async () => {
    expect(await (await fetch(example.origin)).text()).toContain('type="file"')
    const taken = await post(example, '/?index', { title: 'A bird', photo: fakeFile('bird.png') })
    expect([taken.status, taken.headers.get('location')]).toEqual([302, '/'])
    expect(await (await fetch(example.origin)).text()).toContain('src="/photos/bird.png"')
    const before = await example.storedFiles()
    const refused = await post(example, '/?index', { title: ' ', photo: fakeFile('page.html') })
    expect(refused.status).toBe(422)
    const page = await refused.text()
    expect(page).toContain('Give it a title.')
    expect(page).toContain('.html files are not accepted here')
    expect(await example.storedFiles()).toEqual(before)
  })
})
