import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** The least that turns node:http into Fetch, and what Node's own streams have for it: a Request in, a Response out. */
export function fetchListener(
  handle: (request: Request) => Promise<Response>,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    exchange(request, response, handle).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500)
      response.end(String(error))
    })
  }
}

async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  handle: (request: Request) => Promise<Response>,
): Promise<void> {
  const { method = 'GET', url = '/', headers } = request
  const given = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : [],
  )
  // `stream/web` and the global one are the same, which their types do not know.
  const stream: unknown = Readable.toWeb(request)
  const body = method !== 'GET' && method !== 'HEAD' && stream instanceof ReadableStream ? stream : null
  const init = { method, headers: given, body, duplex: 'half' }
  const { status, headers: answered, body: answer } = await handle(new Request(`http://127.0.0.1${url}`, init))
  response.writeHead(status, Object.fromEntries(answered))
  if (answer === null) response.end()
  else await pipeline(answer, response)
}
