import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { listen } from '../../src/adapters/node/fixtures/listen.ts'
import { uploadAttacks } from '../../src/testing.ts'
import type { AdapterServer, UploadTarget } from '../../src/testing.ts'

const LIMIT = 1_000_000

let server: AdapterServer | undefined
afterEach(() => server?.close())

/** The attacks that a server does not withstand, of those whose names say `about`. */
async function failures(
  listener: RequestListener,
  about: RegExp,
  options: Partial<UploadTarget> = {},
): Promise<string[]> {
  server = await listen(createServer(listener))
  const attacks = uploadAttacks({ url: server.origin, crowd: 20, timeoutMs: 1500, ...options })
  const failed: string[] = []
  for (const { name, run } of attacks.filter((attack) => about.test(attack.name))) {
    await run().catch(() => failed.push(name))
  }
  return failed
}

/** The correct part of each of them: a whole form is accepted, and a broken one is refused. */
function answer(response: ServerResponse, body: string): void {
  const isForm = /^--(.*)\r\n[^]*\r\n--\1--\r\n$/.test(body)
  response.writeHead(isForm ? 201 : 400).end()
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  request.setEncoding('latin1').on('data', (chunk: string) => (body += chunk))
  await once(request, 'end')
  return body
}

describe('attacks fail if a server', () => {
  test('takes what breaks off', async () => {
    const trusting: RequestListener = (request, response) => {
      bodyOf(request).then(
        () => response.writeHead(201).end(),
        () => {},
      )
    }
    expect(await failures(trusting, /good form|closing delimiter|breaks off|is empty|two lengths/)).toEqual([
      'refuses a form that has no closing delimiter',
      'refuses a form that breaks off in a file',
      "refuses a form that breaks off in a part's headers",
      'refuses a form that is empty',
    ])
  })

  test('resets the connection of a client that sends too much', async () => {
    const resetting: RequestListener = (request, response) => {
      let body = ''
      request.setEncoding('latin1').on('data', (chunk: string) => {
        body += chunk
        if (body.length <= LIMIT || response.headersSent) return
        response.writeHead(413, { connection: 'close' }).end(() => request.destroy())
      })
      request.on('end', () => answer(response, body))
      request.on('error', () => {})
    }
    const failed = await failures(resetting, /too large.*afterwards/, { tooLarge: 20_000_000 })
    expect(failed).toHaveLength(4)
  })

  test('has no limit', async () => {
    const greedy: RequestListener = (request, response) => {
      bodyOf(request).then(
        (body) => answer(response, body),
        () => {},
      )
    }
    expect(
      await failures(greedy, /100,000 fields|name of a file|too large, in chunks,.*while/, { tooLarge: 20_000_000 }),
    ).toEqual([
      'refuses 100,000 fields',
      'refuses a name of a file without end',
      'refuses a file that is too large, in chunks, to a client that reads while it sends',
    ])
  })

  test('answers 500', async () => {
    const broken: RequestListener = (request, response) => {
      bodyOf(request).then(
        (body) => (body.includes('nothing of a form') ? response.writeHead(500).end() : answer(response, body)),
        () => {},
      )
    }
    expect(await failures(broken, /has no part$|has no closing/)).toEqual(['refuses a form that has no part'])
  })

  test('keeps half of what went away', async () => {
    const kept: string[] = []
    const untidy: RequestListener = (request, response) => {
      const name = `draft-${kept.length}`
      request.once('data', () => kept.push(name))
      bodyOf(request).then(
        (body) => {
          kept.splice(kept.indexOf(name), 1)
          return answer(response, body)
        },
        () => {},
      )
    }
    expect(
      await failures(untidy, /good form|closes the connection (in a file$|before)/, { leftovers: async () => kept }),
    ).toEqual(['leaves nothing of a client that closes the connection in a file'])
  })

  test('takes what is hidden behind a body', async () => {
    const smuggled = createServer({ insecureHTTPParser: true }, (request, response) => {
      bodyOf(request).then(
        (body) => answer(response, body),
        () => {},
      )
    })
    server = await listen(smuggled)
    const attack = uploadAttacks({ url: server.origin, timeoutMs: 1500 }).find(({ name }) =>
      name.includes('beside chunks'),
    )
    await expect(attack?.run()).rejects.toThrow('hidden')
  })

  test('lets a crowd keep others out', async () => {
    let running = 0
    const crowded: RequestListener = (request, response) => {
      running += 1
      if (running > 10) {
        response.writeHead(503).end()
        return
      }
      bodyOf(request)
        .then(
          (body) => answer(response, body),
          () => {},
        )
        .finally(() => (running -= 1))
    }
    expect(await failures(crowded, /good form|beside a crowd/)).toEqual([
      'serves others beside a crowd of uploads that come to no end',
    ])
  })
})

test('a URL that is not valid or not of http: is a mistake', () => {
  expect(() => uploadAttacks({ url: 'https://127.0.0.1/' })).toThrow('http:')
  expect(() => uploadAttacks({ url: 'uploads' })).toThrow(TypeError)
})
