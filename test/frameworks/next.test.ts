import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fakeFile } from '../../src/testing/fake-file.ts'
import { INSTALL_MS } from '../npm.ts'
import { post, testExample } from './example-promises.ts'
import { areFrameworksTested, installExample } from './installed-example.ts'
import type { InstalledExample } from './installed-example.ts'

describe.runIf(areFrameworksTested)('the example in Next.js', () => {
  let example: InstalledExample

  beforeAll(async () => {
    example = await installExample('next', { options: '--port 0 --hostname 127.0.0.1' })
  }, INSTALL_MS)

  afterAll(async () => await example.stop())

  testExample(() => example)

  test('takes a typed form, and says what is wrong with it', async () => {
    expect(await (await fetch(example.origin)).text()).toContain('type="file"')
    const taken = await post(example, '/posts', { title: 'A bird', photo: fakeFile('bird.png') })
    expect([taken.status, await taken.json()]).toEqual([201, { title: 'A bird', url: '/photos/bird.png' }])
    const before = await example.storedFiles()
    const refused = await post(example, '/posts', { title: ' ', photo: fakeFile('fish.png') })
    expect(refused.status).toBe(422)
    expect(await refused.json()).toMatchObject({
      code: 'invalid-form',
      detail: expect.stringContaining('Give it a title.'),
    })
    expect(await example.storedFiles()).toEqual(before)
  })
})
