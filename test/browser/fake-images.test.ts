import { describe, expect, test } from 'vitest'
import { fakeFile } from '../../src/testing/fake-file.ts'
import { chromium, launch } from './chromium.ts'

describe.skipIf(!chromium)('to a browser', () => {
  test('fake images are pictures of one pixel, whatever their size', async () => {
    await using browser = await launch()
    const page = await browser.newPage()
    for (const extension of ['png', 'jpg', 'gif', 'webp', 'bmp', 'svg']) {
      for (const size of [200, 4096, 100_000]) {
        const file = fakeFile(`a.${extension}`, { size })
        const content = Buffer.from(await file.arrayBuffer()).toString('base64')
        const found = await page.evaluate(async (url) => {
          const image = new Image()
          image.src = url
          await image.decode()
          return [image.naturalWidth, image.naturalHeight]
        }, `data:${file.type};base64,${content}`)
        expect(found, `${extension} of ${size} bytes`).toEqual([1, 1])
      }
    }
  })
})
