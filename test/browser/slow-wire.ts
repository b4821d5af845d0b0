import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'

/** A wire between a browser and a server, which can be slow, and can be cut. */
export interface SlowWire extends AsyncDisposable {
  readonly origin: string
  /** Bytes a second from the browser to the server from now on. */
  throttle(bytesPerSecond: number): void
  /** Cuts the connection of the next POST or PUT as soon as so many bytes have passed. */
  cutAfter(bytes: number): void
  /** Cuts the connection of the next POST or PUT when the server answers it. */
  cutAnswer(): void
}

/** Opens a wire to the port of a server on this machine. */
export async function slowWire(port: string): Promise<SlowWire> {
  let rate = Infinity
  let cutAt = Infinity
  let cutsAnswer = false

  const wire = createServer((client) => {
    const server = connect(Number(port), '127.0.0.1')
    const cut = (): void => {
      cutAt = Infinity
      cutsAnswer = false
      client.resetAndDestroy()
      server.destroy()
    }
    let isUpload = false
    let passed = 0
    void forward(
      client,
      server,
      () => rate,
      (bytes) => {
        isUpload ||= /^(?:POST|PUT) /.test(bytes.subarray(0, 5).toString('latin1'))
        passed += bytes.length
        if (isUpload && passed >= cutAt) cut()
      },
    )
    server.on('data', (bytes) => {
      if (isUpload && cutsAnswer) cut()
      else client.write(bytes)
    })
    server.on('end', () => client.end())
    client.on('error', () => server.destroy())
    server.on('error', () => client.destroy())
    client.on('close', () => server.destroy())
  })
  wire.listen(0, '127.0.0.1')
  await once(wire, 'listening')
  const address = wire.address()
  if (address === null || typeof address === 'string') throw new Error('The wire has no port.')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    throttle: (bytesPerSecond) => void (rate = bytesPerSecond),
    cutAfter: (bytes) => void (cutAt = bytes),
    cutAnswer: () => void (cutsAnswer = true),
    async [Symbol.asyncDispose]() {
      wire.close()
    },
  }
}

/** Passes bytes on at the rate, and reads no faster. */
async function forward(from: Socket, to: Socket, rate: () => number, onBytes: (bytes: Buffer) => void): Promise<void> {
  try {
    for await (const bytes of from) {
      if (!Buffer.isBuffer(bytes)) throw new TypeError('A socket gives bytes.')
      onBytes(bytes)
      to.write(bytes)
      const waitMs = (bytes.length / rate()) * 1000
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
    to.end()
  } catch {
    // The connection was cut, as the test wanted.
    to.destroy()
  }
}
