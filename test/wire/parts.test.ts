import { expect, test } from 'vitest'
import { parts, receive } from '../../src/index.ts'
import { wireRequests } from './wire-request.ts'
import type { WirePart, WireRequest } from './wire-request.ts'

/** A request whose body comes in chunks of this size. */
function sent({ contentType, fromBrowser }: WireRequest, bytes: Uint8Array, size: number): Request {
  let at = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(new Uint8Array(bytes.subarray(at, at + size)))
      else controller.close()
      at += size
    },
  })
  const headers = { 'content-type': contentType, ...(fromBrowser === true && { origin: 'http://localhost' }) }
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' }
  return new Request('http://localhost', init)
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

test.each(wireRequests())('`parts` gives what `receive` does: $request.client, $name', async ({ request, body }) => {
  await using upload = await receive(sent(request, body, body.length))
  const fields = [...upload.fields]
  const files = await Promise.all(
    upload.files.values().map(async (each) => [each.field, each.name, each.type, base64(await each.bytes())]),
  )
  const isFile = (part: WirePart): boolean => part.filename !== undefined
  const expected = request.parts.filter((part) => !isFile(part)).map(({ name, text }) => [name, text])
  const expectedFiles = request.parts.filter(isFile).map((part) => [part.name, part.filename, part.base64])
  expect(fields).toEqual(expected)
  expect(files.map(([field, name, , content]) => [field, name, content])).toEqual(expectedFiles)

  for (const size of [body.length, 64, 7, 1]) {
    const told: { readonly fields: unknown[]; readonly files: unknown[] } = { fields: [], files: [] }
    // oxlint-disable-next-line no-await-in-loop
    for await (const part of parts(sent(request, body, size))) {
      if (part.kind === 'field') told.fields.push([part.field, await part.text()])
      else told.files.push([part.field, part.name, part.type, base64(await part.bytes())])
    }
    expect(told, `in chunks of ${size}`).toEqual({ fields, files })
  }
})
