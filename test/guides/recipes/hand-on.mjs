import assert from 'node:assert/strict'
import { pictureRequest } from './form-request.mjs'

export async function check({ POST }, origin) {
  const response = await POST(await pictureRequest('http://localhost/', 'file'))
  assert.equal(response.status, 201)
  const { sent } = await response.json()
  const stored = await fetch(`${origin}/upload/${sent[0]}`)
  assert.deepEqual([stored.status, stored.headers.get('content-type')], [200, 'image/png'])

  // The other server lists only whole files.
  const listed = async () => (await (await fetch(`${origin}/upload`)).json()).files.length
  assert.equal(await listed(), 1)
  const whole = await pictureRequest('http://localhost/', 'file', { content: new Uint8Array(2_000_000), name: 'a.txt' })
  const bytes = new Uint8Array(await whole.arrayBuffer())
  const cut = new ReadableStream({
    start: (controller) => controller.enqueue(bytes.subarray(0, 1_000_000)),
    pull: (controller) => controller.error(new Error('the client has gone')),
  })
  const init = { method: 'POST', headers: whole.headers, body: cut, duplex: 'half' }
  assert.ok((await POST(new Request('http://localhost/', init))).status >= 400)
  assert.equal(await listed(), 1)
}
