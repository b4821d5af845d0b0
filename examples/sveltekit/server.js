// The built app on a server that lets long uploads finish, with the limits of the upload sets and not one for every
// page.
import { createServer } from 'node:http'
import { attach } from 'decant/node'

process.env.BODY_SIZE_LIMIT ??= 'Infinity'
process.env.PROTOCOL_HEADER ??= 'x-forwarded-proto'
const { handler } = await import('./build/handler.js')

const server = createServer((request, response) => {
  // SvelteKit takes forms only from its own origin, and believes that to be https unless a proxy says otherwise.
  request.headers['x-forwarded-proto'] ??= 'http'
  handler(request, response)
})

attach(server).listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/`)
})
