import { createReadStream } from 'node:fs'
import { Agent } from 'node:http'
import got from 'got'
import { nativeBody } from './native-body.mjs'
import { sendAll } from './send-all.mjs'

// If got stops reading a form because the answer has come, Node's encoder of `FormData` throws an error that no program
// can catch.
process.on('uncaughtException', (error) => {
  if (error.code !== 'ERR_INVALID_STATE') throw error
})

const client = got.extend({
  agent: { http: new Agent({ keepAlive: true }) },
  retry: { limit: 0 },
  throwHttpErrors: false,
})

await sendAll(async (request) => {
  const { method, url, headers } = request
  const answer = await client(url, { method, ...(await contentOf(request)), headers })
  return { status: answer.statusCode, text: answer.body }
})

async function contentOf(request) {
  if (request.body !== undefined) return { body: createReadStream(request.body) }
  if (request.files === undefined) {
    // This option takes one value for each name.
    return { form: Object.fromEntries(request.fields) }
  }
  return { body: await nativeBody(request, { FormData }) }
}
