import { get } from 'node:http'
import { once } from 'node:events'
import { freePort } from '../../free-port.ts'
import { CephDaemon } from './ceph-daemon.ts'
import type { CephPlace } from './ceph-place.ts'

/** A gateway of a cluster, which speaks S3. It dies with this process. */
export class CephGateway implements AsyncDisposable {
  readonly endpoint: string
  readonly #place: CephPlace
  readonly #port: number
  #daemon: CephDaemon

  private constructor(place: CephPlace, port: number) {
    this.endpoint = `http://127.0.0.1:${port}`
    this.#place = place
    this.#port = port
    this.#daemon = this.#spawn()
  }

  /** Starts a gateway on a port of its own, and waits until it answers. */
  static async start(place: CephPlace): Promise<CephGateway> {
    const gateway = new CephGateway(place, await freePort())
    await gateway.#answers()
    return gateway
  }

  /** Ends the gateway, and starts it again on the same port. */
  async restart(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await this.end(signal)
    await this.resume()
  }

  /** Ends the gateway. With SIGTERM, it answers what it has begun. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await this.#daemon.end(signal)
  }

  /** Starts the gateway again after its end. */
  async resume(): Promise<void> {
    this.#daemon = this.#spawn()
    await this.#answers()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL')
  }

  #spawn(): CephDaemon {
    const name = `gateway-${this.#port}`
    const listen = `--rgw-frontends=beast endpoint=127.0.0.1:${this.#port}`
    return new CephDaemon(this.#place, name, 'radosgw', ['-n', `client.${name}`, listen])
  }

  async #answers(): Promise<void> {
    await this.#daemon.until(async () => {
      try {
        const [answer] = await once(get(this.endpoint, { agent: false }), 'response')
        answer.resume()
        // If another server has taken the port meanwhile, the gateway will end.
        return answer.statusCode === 200 && 'x-amz-request-id' in answer.headers
      } catch {
        // ECONNREFUSED: not yet.
        return false
      }
    })
  }
}
