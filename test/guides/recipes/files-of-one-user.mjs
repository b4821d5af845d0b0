import assert from 'node:assert/strict'
import { pictureRequest } from './form-request.mjs'

export async function check({ POST, GET, serve }) {
  const ann = { headers: { cookie: 'session-of-ann' } }
  const bob = { headers: { cookie: 'session-of-bob' } }
  const send = async (options) => await POST(await pictureRequest('http://localhost/files', 'file', options))
  const { url } = await (await send(ann)).json()
  assert.equal(url, '/files/7/cat.png')
  assert.equal((await send({})).status, 401)
  const ask = async (path, init) => (await serve(new Request(`http://localhost${path}`, init))).status
  assert.deepEqual(await Promise.all([ann, bob, {}].map((init) => ask(url, init))), [200, 403, 403])
  assert.equal(await ask('/files/7x.txt', { ...ann, method: 'PUT', body: 'a' }), 403)
  assert.equal(await ask('/files', { ...ann, method: 'POST', body: 'a' }), 403)
  for (const path of ['/files/8/..%2F7/cat.png', '/files/8/../7/cat.png', '/files/8%2F..%2F7/cat.png']) {
    const status = await ask(path, bob)
    assert.ok(status === 403 || status === 400, `GET ${path} of another user is ${status}`)
  }
  assert.equal(await ask(url, { ...bob, method: 'DELETE' }), 403)
  assert.equal(await ask('/files', ann), 405)
  const list = async (init) => await (await GET(new Request('http://localhost/files', init))).json()
  assert.deepEqual(
    (await list(ann)).map(({ name }) => name),
    ['cat.png'],
  )
  assert.deepEqual(await list(bob), [])
  assert.equal(await ask(url, { ...ann, method: 'DELETE' }), 204)
}
