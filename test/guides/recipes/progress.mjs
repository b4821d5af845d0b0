import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { writeFile } from 'node:fs/promises'
import { ALL, uploadSet } from 'decant'
import { uploadHandler } from 'decant/handler'
import { memoryStorage } from 'decant/memory'
import { attach, nodeHandler } from 'decant/node'

export async function check({ send }) {
  const files = uploadSet('files', { storage: memoryStorage(), extensions: ALL })
  const server = attach(createServer(nodeHandler(uploadHandler(files)))).listen(0)
  await once(server, 'listening')
  await writeFile('large.bin', new Uint8Array(3_000_000))
  const seen = []
  const status = await send(`http://127.0.0.1:${server.address().port}/large.bin`, 'large.bin', (part) =>
    seen.push(part),
  )
  assert.equal(status, 201)
  assert.equal((await files.get('large.bin')).size, 3_000_000)
  assert.ok(seen.length > 5)
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  )
  assert.equal(seen.at(-1), 1)
  server.close()
  server.closeAllConnections()
}
