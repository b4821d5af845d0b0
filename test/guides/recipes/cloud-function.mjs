import assert from 'node:assert/strict'
import { once } from 'node:events'
import express from 'express'
import { pictureRequest } from './form-request.mjs'

export async function check({ upload }) {
  // The body parsers of Google's Functions Framework, in its order.
  const app = express()
  const saved = {
    limit: '1024mb',
    verify: (request, _, buffer) => {
      request.rawBody = buffer
    },
  }
  app.use(express.json({ ...saved, type: 'application/cloudevents+json' }))
  app.use(express.json(saved))
  app.use(express.text(saved))
  app.use(express.urlencoded({ ...saved, extended: true }))
  app.use(express.raw({ ...saved, type: '*/*' }))
  app.all('/*path', upload)
  const server = app.listen(0)
  await once(server, 'listening')
  const url = `http://127.0.0.1:${server.address().port}/upload?album=1`
  const taken = await fetch(await pictureRequest(url, 'file'))
  assert.equal(taken.status, 201)
  assert.equal((await taken.json()).name, 'cat.png')
  const foreign = await fetch(await pictureRequest(url, 'file', { headers: { 'sec-fetch-site': 'cross-site' } }))
  assert.equal((await foreign.json()).code, 'cross-site')
  assert.equal((await fetch(url)).status, 415)
  server.close()
  server.closeAllConnections()
}
