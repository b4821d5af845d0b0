import assert from 'node:assert/strict'
import { fetchHandler } from 'decant/fetch'

export async function check({ handler }) {
  const serve = fetchHandler(handler)
  const put = await serve(new Request('http://localhost/a.txt', { method: 'PUT', body: 'x' }))
  assert.deepEqual([put.status, (await put.json()).result], [201, { count: 1 }])
  const gone = await serve(new Request('http://localhost/a.txt', { method: 'DELETE' }))
  assert.equal(gone.status, 204)
}
