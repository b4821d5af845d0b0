import assert from 'node:assert/strict'
import { pictureRequest } from './form-request.mjs'

export async function check({ POST }) {
  const send = async (address) =>
    await POST(await pictureRequest('http://localhost/files', 'file', { headers: { 'x-real-ip': address } }))
  const answers = []
  for (let count = 0; count < 21; count++) answers.push(await send('192.0.2.1'))
  assert.deepEqual([...new Set(answers.slice(0, 20).map(({ status }) => status))], [201])
  assert.equal(answers[20].status, 429)
  assert.equal(answers[20].headers.get('retry-after'), '60')
  assert.equal((await answers[20].json()).code, 'too-many-requests')
  assert.equal((await send('192.0.2.2')).status, 201, 'another client has a count of its own')
}
