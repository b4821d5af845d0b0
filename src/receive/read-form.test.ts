import { expect, test } from 'vitest'
import { fromNodeRequest } from '../http/node-request.ts'
import { file, formBody } from './fixtures/form-body.ts'
import { nodeServer } from './fixtures/node-server.ts'
import { toFormLimits } from './form-limits.ts'
import { readForm } from './read-form.ts'

test('a chunk is given to the file whose bytes are all of it, and no part of one to any', async () => {
  const form = await formBody([file('one', 'a.bin', 300_000), file('two', 'b.bin', 300_000)])
  await using server = await nodeServer(async (request) => {
    const given: { readonly whole: boolean; readonly isGiven: boolean }[] = []
    const openFile = () => ({
      append(bytes: Uint8Array, isGiven: boolean = false): undefined {
        given.push({ whole: bytes.byteLength === bytes.buffer.byteLength, isGiven })
      },
      end: () => undefined,
    })
    const incoming = fromNodeRequest(request)
    await readForm(incoming, { limits: toFormLimits({}), openFile })
    return given
  })
  const headers = { 'content-type': form.contentType }
  const response = await fetch(server.origin, { method: 'POST', headers, body: form.bytes })

  const given: { whole: boolean; isGiven: boolean }[] = JSON.parse(await response.text())
  expect(given.map(({ isGiven }) => isGiven)).toEqual(given.map(({ whole }) => whole))
  expect(given.map(({ isGiven }) => isGiven)).toEqual(expect.arrayContaining([true, false]))
})
