import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listen } from '../../src/adapters/node/fixtures/listen.ts'
import { nodeHandler } from '../../src/adapters/node/node-handler.ts'
import { openSite } from '../../src/handler/fixtures/site.ts'
import { fileServer } from '../../src/serve/file-server.ts'
import { RawClient } from '../../src/testing/adapter-contract/raw-client.ts'

const PART = '--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\n'
const END = '\r\n--b--\r\n'
const TEXT = 'half of it '.repeat(4_000)
const FORM = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n'

/** The ways to send a file: its first half, and the rest. */
const WAYS: Record<string, readonly [first: string, rest: string]> = {
  'a body of a known length': [
    `PUT /a.txt HTTP/1.1\r\nHost: x\r\nContent-Length: ${2 * TEXT.length}\r\n\r\n${TEXT}`,
    TEXT,
  ],
  'a body in chunks': [
    `PUT /a.txt HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(TEXT)}`,
    `${chunk(TEXT)}0\r\n\r\n`,
  ],
  'a form': [`${FORM}Content-Length: ${PART.length + 2 * TEXT.length + END.length}\r\n\r\n${PART}${TEXT}`, TEXT + END],
  'a form whose file has all its bytes': [
    `${FORM}Content-Length: ${PART.length + 2 * TEXT.length + END.length}\r\n\r\n${PART}${TEXT}${TEXT}\r\n--b`,
    '--\r\n',
  ],
}

test.each(Object.entries(WAYS))('a file is not visible until its last byte is stored: %s', async (_, [first, rest]) => {
  await using site = await openSite({ listing: true })
  const others = await listen(createServer(nodeHandler(fileServer({ '': site.set.storage }))))
  const uploader = await RawClient.connect(site.origin)
  try {
    await uploader.send(first)
    // The draft exists and is not visible.
    await expect.poll(() => site.everyFile()).toHaveLength(1)
    expect(await (await fetch(site.origin)).json()).toEqual({ files: [] })
    for (const target of ['/a.txt', ...everyPath(site.folder)]) {
      for (const origin of [site.origin, others.origin]) {
        const reader = await RawClient.connect(origin)
        const answer = await reader.ask(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`)
        expect([400, 404], target).toContain(answer.status)
        reader.destroy()
      }
    }
    await uploader.send(rest)
    expect((await uploader.answer()).status).toBe(201)
    expect(await (await fetch(`${others.origin}/a.txt`)).text()).toBe(TEXT + TEXT)
  } finally {
    uploader.destroy()
    await others.close()
  }
})

/** The paths of all entries in the folder, as a client that knows their names can request them. */
function everyPath(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).map(
    ({ parentPath, name }) =>
      `/${join(parentPath, name)
        .slice(folder.length + 1)
        .split('/')
        .map(encodeURIComponent)
        .join('/')}`,
  )
}

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`
}
