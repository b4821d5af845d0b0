import { expect, test } from 'vitest'
import { parts, receive } from '../../src/index.ts'
import { wireRequests } from './wire-request.ts'

/** A request whose body comes in chunks of this size. */
function sent(contentType: string, bytes: Uint8Array, size: number): Request {
  let at = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(new Uint8Array(bytes.subarray(at, at + size)))
      else controller.close()
      at += size
    },
  })
  const headers = { 'content-type': contentType }
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' }
  return new Request('http://localhost', init)
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

test.each(wireRequests())('`parts` gives what `receive` does: $request.client, $name', async ({ request, body }) => {
  await using upload = await receive(sent(request.contentType, body, body.length))
  const fields = [...upload.fields]
  const files = await Promise.all(
    upload.files.values().map(async (each) => [each.field, each.name, each.type, base64(await each.bytes())]),
  )
  expect(fields.length + files.length).toBe(request.parts.length)

  for (const size of [body.length, 64, 7, 1]) {
    const told: { readonly fields: unknown[]; readonly files: unknown[] } = { fields: [], files: [] }
    // oxlint-disable-next-line no-await-in-loop
    for await (const part of parts(sent(request.contentType, body, size))) {
      if (part.kind === 'field') told.fields.push([part.field, await part.text()])
      else told.files.push([part.field, part.name, part.type, base64(await part.bytes())])
    }
    expect(told, `in chunks of ${size}`).toEqual({ fields, files })
  }
})
