// axios with the FormData of the platform.
import { openAsBlob } from 'node:fs'
import { Agent } from 'node:http'
import axios from 'axios'
import { sendAll } from './send-all.mjs'
import { nativeBody } from './native-body.mjs'

const client = axios.create({
  httpAgent: new Agent({ keepAlive: true }),
  proxy: false,
  responseType: 'text',
  transformResponse: (text) => text,
  validateStatus: () => true,
})

await sendAll(async (request) => {
  const { method, url, headers } = request
  const data = request.body === undefined ? await nativeBody(request, { FormData }) : await openAsBlob(request.body)
  const answer = await client.request({ method, url, data, headers })
  return { status: answer.status, text: answer.data }
})
