// fetch and FormData of undici, which are also Node's own.
import { openAsBlob } from 'node:fs'
import { Agent, fetch, FormData } from 'undici'
import { nativeBody } from './native-body.mjs'
import { sendAll } from './send-all.mjs'

// Of itself, undici opens a second connection if the next request comes before the first one is free again.
const dispatcher = new Agent({ connections: 1 })

await sendAll(async (request) => {
  const { method, url, headers } = request
  const body = request.body === undefined ? await nativeBody(request, { FormData }) : await openAsBlob(request.body)
  const answer = await fetch(url, { method, headers, body, dispatcher })
  return { status: answer.status, text: await answer.text() }
})
