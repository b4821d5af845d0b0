import { Agent, createServer, request } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { listen } from '../../src/adapters/node/fixtures/listen.ts'
import { uploadHandler } from '../../src/handler.ts'
import { uploadSet } from '../../src/index.ts'
import { memoryStorage } from '../../src/memory.ts'
import { attach, nodeHandler } from '../../src/node.ts'
import { readAnswer } from '../cli/client.ts'
import { nginx, startNginx } from './nginx.ts'

/** Side by side, so that some meet the instant at which a server closes an idle connection. */
const CLIENTS = 200
/** Node's own time-out is 5 seconds, and a second more since Node 24. */
const FIRST_PAUSE_MS = 5000
const LAST_PAUSE_MS = 7000

describe.skipIf(!nginx)('an nginx that keeps its connections to the server', () => {
  test(`gives ${CLIENTS} clients that upload again after 5 to 7 seconds no 502, and makes no new connection`, async () => {
    const handler = uploadHandler(uploadSet('files', { storage: memoryStorage() }))
    const server = attach(createServer(nodeHandler(handler)))
    let connections = 0
    server.on('connection', () => connections++)
    const upstream = await listen(server)
    await using proxy = await startNginx({
      http: [`upstream decant { server ${new URL(upstream.origin).host}; keepalive ${CLIENTS}; }`],
      server: [
        'location / {',
        'proxy_pass http://decant; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_request_buffering off;',
        '}',
      ],
    })
    const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })
    /** @param others resolves when the rest may be sent: until then the upload needs a connection of its own */
    const upload = async (name: string, others: Promise<unknown>): Promise<number | string> => {
      const headers = { 'content-length': '5' }
      const sent = request({ agent, host: '127.0.0.1', port: proxy.port, method: 'PUT', path: `/${name}`, headers })
      try {
        const answer = readAnswer(sent)
        sent.write('hel')
        await Promise.race([others, answer])
        sent.end('lo')
        return (await answer).status
      } catch (error) {
        // ECONNRESET: as bad as a 502, and seen beside those of the other clients.
        return String(error)
      }
    }
    /** All clients upload at once, each after a pause of its own. */
    const round = async (number: number, pauseOf: (index: number) => number): Promise<(number | string)[]> => {
      const begun = Promise.withResolvers<void>()
      let waiting = CLIENTS
      const client = async (_: unknown, index: number): Promise<number | string> => {
        await setTimeout(pauseOf(index))
        waiting--
        if (waiting === 0) begun.resolve()
        return upload(`${index}-${number}.txt`, begun.promise)
      }
      return Promise.all(Array.from({ length: CLIENTS }, client))
    }
    const all = Array.from({ length: CLIENTS }, () => 201)
    try {
      expect(await round(1, () => 0)).toEqual(all)
      const connectionsBefore = connections
      expect(await round(2, (index) => FIRST_PAUSE_MS + ((LAST_PAUSE_MS - FIRST_PAUSE_MS) * index) / CLIENTS)).toEqual(
        all,
      )
      expect([connectionsBefore, connections]).toEqual([CLIENTS, CLIENTS])
    } finally {
      agent.destroy()
      await upstream.close()
    }
  })
})
