import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { cwd } from 'node:process'
import { pictureRequest } from './form-request.mjs'

// It is installed beside the program.
const sharp = createRequire(join(cwd(), 'program.ts'))('sharp')

export async function check({ POST, photos, thumbs }) {
  const send = async (content) => await POST(await pictureRequest('http://localhost/', 'photo', { content }))
  const large = await sharp({ create: { width: 800, height: 400, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const response = await send(large)
  assert.equal(response.status, 201)
  const { photo, thumb } = await response.json()
  assert.deepEqual([photo, thumb], ['cat.png', 'cat.png.webp'])
  const { format, width, height } = await sharp(await readFile(thumbs.path(thumb))).metadata()
  assert.deepEqual({ format, width, height }, { format: 'webp', width: 320, height: 160 })
  // Its head is that of a picture, and the rest is missing.
  assert.equal((await send(large.subarray(0, 60))).status, 422)
  assert.equal((await photos.list()).files.length, 1)
  assert.equal((await thumbs.list()).files.length, 1)
}
