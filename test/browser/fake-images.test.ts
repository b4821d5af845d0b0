import { describe, expect, test } from 'vitest'
import { fakeFile } from '../../src/testing/fake-file.ts'
import { chromium, launch } from './chromium.ts'

const BLACK = [0, 0, 0, 255]
const GREY = [128, 128, 128, 255]
const NOTHING = [0, 0, 0, 0]
const PIXELS = { png: GREY, jpg: GREY, gif: BLACK, webp: BLACK, bmp: GREY, svg: NOTHING }

describe.skipIf(!chromium)('to a browser', () => {
  test('fake images are pictures of one pixel, whatever their size', async () => {
    await using browser = await launch()
    const page = await browser.newPage()
    for (const [extension, pixel] of Object.entries(PIXELS)) {
      for (const size of [200, 4096, 100_000]) {
        const file = fakeFile(`a.${extension}`, { size })
        const content = Buffer.from(await file.arrayBuffer()).toString('base64')
        const found = await page.evaluate(async (url) => {
          const image = new Image()
          image.src = url
          await image.decode()
          const canvas = document.createElement('canvas').getContext('2d')
          canvas?.drawImage(image, 0, 0)
          return [image.naturalWidth, image.naturalHeight, ...(canvas?.getImageData(0, 0, 1, 1).data ?? [])]
        }, `data:${file.type};base64,${content}`)
        expect(found, `${extension} of ${size} bytes`).toEqual([1, 1, ...pixel])
      }
    }
  })
})
