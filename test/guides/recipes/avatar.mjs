import assert from 'node:assert/strict'
import { pictureRequest } from './form-request.mjs'

export async function check({ POST, avatars }) {
  const send = async (options) => await POST(await pictureRequest('http://localhost/', 'avatar', options))
  const headers = { cookie: 'session-of-ann' }
  assert.equal((await send({})).status, 401)
  const urls = []
  for (const name of ['cat.png', 'cat.png', 'dog.png']) {
    const response = await send({ headers, name })
    assert.equal(response.status, 200)
    urls.push((await response.json()).url)
  }
  assert.equal(new Set(urls).size, 3, 'each avatar has a URL of its own')
  assert.equal((await send({ headers, content: '<script>1</script>' })).status, 422)
  const { files } = await avatars.list()
  assert.deepEqual(
    files.map((file) => avatars.url(file)),
    [urls[2]],
    'only the last avatar is kept',
  )
}
