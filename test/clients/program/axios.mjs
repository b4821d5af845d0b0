// axios with a form of its own kind, and with streams.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Agent } from 'node:http'
import axios from 'axios'
import FormData from 'form-data'
import { sendAll } from './send-all.mjs'

const client = axios.create({
  httpAgent: new Agent({ keepAlive: true }),
  proxy: false,
  responseType: 'text',
  transformResponse: (text) => text,
  validateStatus: () => true,
})

/** The form of the package form-data, as most programs on Node send files with axios. */
function formOf({ fields = [], files }) {
  const form = new FormData()
  for (const [name, value] of fields) form.append(name, value)
  for (const { field, filename, type, path } of files) {
    form.append(field, createReadStream(path), { filename, contentType: type })
  }
  return form
}

async function bodyOf(request) {
  if (request.body === undefined) {
    return [request.files === undefined ? new URLSearchParams(request.fields) : formOf(request), {}]
  }
  return [createReadStream(request.body), { 'content-length': (await stat(request.body)).size }]
}

await sendAll(async (request) => {
  const { method, url, headers } = request
  const [data, ownHeaders] = await bodyOf(request)
  const answer = await client.request({ method, url, data, headers: { ...ownHeaders, ...headers } })
  return { status: answer.status, text: answer.data }
})
