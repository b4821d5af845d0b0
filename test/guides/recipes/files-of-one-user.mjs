import assert from 'node:assert/strict'
import { pictureRequest } from './form-request.mjs'

export async function check({ serve }) {
  const ann = { headers: { cookie: 'session-of-ann' } }
  const bob = { headers: { cookie: 'session-of-bob' } }
  const send = async (options) => await serve(await pictureRequest('http://localhost/files', 'file', options))
  const { files } = await (await send(ann)).json()
  assert.deepEqual([files[0].key, files[0].url], ['cat.png', '/files/cat.png'])
  assert.equal((await send({})).status, 403)
  const ask = async (path, init) => (await serve(new Request(`http://localhost${path}`, init))).status
  assert.deepEqual(await Promise.all([ann, bob, {}].map((init) => ask('/files/cat.png', init))), [200, 404, 403])
  for (const path of ['/files/7/cat.png', '/files/..%2F7/cat.png', '/files/8%2F..%2F7/cat.png']) {
    const status = await ask(path, bob)
    assert.ok(status === 404 || status === 400, `GET ${path} of another user is ${status}`)
  }
  assert.equal(await ask('/files/cat.png', { ...bob, method: 'DELETE' }), 404)
  const list = async (init) => (await (await serve(new Request('http://localhost/files', init))).json()).files
  assert.deepEqual(
    (await list(ann)).map(({ filename }) => filename),
    ['cat.png'],
  )
  assert.deepEqual(await list(bob), [])
  assert.equal(await ask('/files/cat.png', { ...ann, method: 'DELETE' }), 204)
}
