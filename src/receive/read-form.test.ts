import { describe, expect, test } from 'vitest'
import { fromNodeRequest } from '../http/node-request.ts'
import { toIncoming } from '../http/to-incoming.ts'
import { file, formBody } from './fixtures/form-body.ts'
import { nodeServer } from './fixtures/node-server.ts'
import { toFormLimits } from './form-limits.ts'
import { readForm } from './read-form.ts'
import type { FileSink } from './read-form.ts'

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

describe('the last file of a form', () => {
  const read = async (behind: string, end: () => Promise<void>): Promise<unknown> => {
    const head = 'Content-Disposition: form-data; name="f"; filename="a.txt"'
    const request = new Request('http://localhost/', {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=XX' },
      body: `--XX\r\n${head}\r\n\r\nx\r\n--XX${behind}`,
    })
    const openFile = (): FileSink => ({ append: () => undefined, end })
    return readForm(toIncoming(request), { limits: toFormLimits({}), openFile })
  }

  test.each(['--\r\n', '--\n', '--\r', '--', '-- \t'])('is waited for if %j ends the body', async (behind) => {
    const seen: string[] = []
    await read(behind, async () => {
      await new Promise((resolve) => setImmediate(resolve))
      seen.push('whole')
    })
    expect(seen).toEqual(['whole'])
    const full = new RangeError('full')
    await expect(read(behind, async () => Promise.reject(full))).rejects.toBe(full)
  })

  test('does not hide that the last delimiter is missing', async () => {
    const broken = async (): Promise<void> => Promise.reject(new RangeError('broken'))
    await expect(read('', broken)).rejects.toMatchObject({ code: 'truncated-body' })
  })
})
