import { S3Client } from '@aws-sdk/client-s3'
import { collectCephGarbage } from './ceph/ceph-command.ts'
import { CephGateway } from './ceph/ceph-gateway.ts'
import type { CephPlace } from './ceph/ceph-place.ts'

/** The facts that any process needs to use the engine, as JSON. */
export interface EngineAccess {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Absent for an engine that the tests did not start. */
  readonly ceph?: CephPlace
}

/** The engine that the tests run on. */
export class S3Engine implements EngineAccess {
  readonly endpoint: string
  readonly region: string
  readonly credentials: EngineAccess['credentials']
  readonly #ceph: CephPlace | undefined

  constructor({ endpoint, region, credentials, ceph }: EngineAccess) {
    this.endpoint = endpoint
    this.region = region
    this.credentials = credentials
    this.#ceph = ceph
  }

  /** A new client. Destroy it after use. `endpoint` is that of another gateway. */
  client(endpoint: string = this.endpoint): S3Client {
    return new S3Client({
      endpoint,
      region: this.region,
      credentials: this.credentials,
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    })
  }

  /** Deletes now what the engine would delete some hours later. Does nothing if the tests did not start the engine. */
  async collectGarbage(): Promise<void> {
    if (this.#ceph !== undefined) await collectCephGarbage(this.#ceph)
  }

  /** Another gateway to the same buckets, for a test that kills it. Throws if the tests did not start the engine. */
  async startGateway(): Promise<CephGateway> {
    if (this.#ceph === undefined) throw new TypeError('The engine has no gateways: skip the test without `hasOwnCeph`')
    return CephGateway.start(this.#ceph)
  }
}
