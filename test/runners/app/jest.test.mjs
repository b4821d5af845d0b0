import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diskStorage } from 'decant/disk'
import { memoryStorage } from 'decant/memory'
import { failingStorage, fakeFile, formBody, storedFiles } from 'decant/testing'
import { createApp } from './app.mjs'

const URL = 'http://localhost/photos'

test('a photo is kept in its album', async () => {
  const storage = memoryStorage()
  const form = formBody({ album: 'cats', photo: fakeFile('Cat.JPG', { size: 500_000 }) })
  const response = await createApp(storage)(form.request(URL))
  expect(response.status).toBe(201)
  expect(await storedFiles(storage)).toEqual([
    { key: 'cats/Cat.JPG', filename: 'Cat.JPG', type: 'image/jpeg', size: 500_000 },
  ])
})

test('a file that is not a photo is refused', async () => {
  const storage = memoryStorage()
  const photos = [fakeFile('run.exe'), fakeFile('cat.png', { content: fakeFile('page.html') })]
  for (const photo of photos) {
    const response = await createApp(storage)(formBody({ photo }).request(URL))
    expect(response.status).toBe(415)
  }
  expect(await storedFiles(storage)).toEqual([])
})

test('a broken disk is told in words of our own', async () => {
  const storage = memoryStorage()
  const app = createApp(failingStorage(storage, { publish: [1] }))
  const form = formBody([['photo', fakeFile('cat.png')]])
  expect(await (await app(form.request(URL))).text()).toBe('Please try again later')
  expect(await storedFiles(storage)).toEqual([])
  expect((await app(form.request(URL))).status).toBe(201)
})

test('on disk, a second photo of one name gets another', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'decant-runner-'))
  try {
    const storage = diskStorage(folder)
    for (const seed of [1, 2]) await createApp(storage)(formBody({ photo: fakeFile('cat.png', { seed }) }).request(URL))
    const files = (await storedFiles(storage)).map(({ key }) => key)
    expect(files).toEqual(['cat.png', 'cat_1.png'])
  } finally {
    await rm(folder, { recursive: true })
  }
})
