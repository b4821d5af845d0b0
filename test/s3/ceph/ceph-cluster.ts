/**
 * A real Ceph for tests: one monitor, one OSD on bluestore and one gateway, in a temporary folder and without systemd.
 * It is the S3 engine of the tests if no other one is named.
 *
 * @module
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../free-port.ts'
import { cephCommand } from './ceph-command.ts'
import { cephConfiguration } from './ceph-configuration.ts'
import { CephDaemon } from './ceph-daemon.ts'
import { CephGateway } from './ceph-gateway.ts'
import type { CephPlace } from './ceph-place.ts'
import { doomedFolder } from './doomed-folder.ts'
import { findCeph } from './find-ceph.ts'

interface CephCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/**
 * A cluster whose gateway answers. Its processes are killed and its folder is removed when it is disposed of, or when
 * this process ends.
 */
export interface CephCluster extends AsyncDisposable {
  readonly place: CephPlace
  readonly endpoint: string
  readonly credentials: CephCredentials
}

/** Starts a cluster and waits until its gateway answers: seven seconds on two cores. */
export async function startCeph(): Promise<CephCluster> {
  const programs = findCeph()
  if (programs === undefined) throw new TypeError('There is no Ceph here: skip the tests that need it')
  await using started = new AsyncDisposableStack()
  const folder = started.use(doomedFolder('decant-ceph-')).path
  const place = { programs, folder }
  const start = (name: string, program: string, id: string): CephDaemon =>
    started.adopt(new CephDaemon(place, name, program, ['-i', id]), async (daemon) => daemon.end('SIGKILL'))

  await makeMonitor(place)
  await start('monitor', 'ceph-mon', 'a').until(async () => isInQuorum(place))
  await makeOsd(place)
  await start('osd', 'ceph-osd', '0').until(async () => isOsdUp(place))
  const gateway = started.use(await CephGateway.start(place))
  const credentials = await makeUser(place)

  const running = started.move()
  return {
    place,
    endpoint: gateway.endpoint,
    credentials,
    [Symbol.asyncDispose]: async () => running.disposeAsync(),
  }
}

async function makeMonitor(place: CephPlace): Promise<void> {
  const [id, port, map] = [randomUUID(), await freePort(), join(place.folder, 'monitors')]
  writeFileSync(join(place.folder, 'ceph.conf'), cephConfiguration(place.folder, id, port))
  await cephCommand(place, 'monmaptool', '--create', '--fsid', id, '--addv', 'a', `[v2:127.0.0.1:${port}]`, map)
  await cephCommand(place, 'ceph-mon', '--mkfs', '-i', 'a', '--monmap', map)
}

async function isInQuorum(place: CephPlace): Promise<boolean> {
  try {
    await cephCommand(place, 'ceph', '--connect-timeout', '3', 'quorum_status')
    return true
  } catch {
    // The monitor does not answer yet.
    return false
  }
}

async function makeOsd(place: CephPlace): Promise<void> {
  const id = randomUUID()
  mkdirSync(join(place.folder, 'osd'))
  await cephCommand(place, 'ceph', 'osd', 'new', id, '0')
  await cephCommand(place, 'ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', id)
}

async function isOsdUp(place: CephPlace): Promise<boolean> {
  const text = await cephCommand(place, 'ceph', 'osd', 'stat', '--format', 'json')
  const { num_up_osds: up }: { num_up_osds: number } = JSON.parse(text)
  return up === 1
}

async function makeUser(place: CephPlace): Promise<CephCredentials> {
  const [accessKeyId, secretAccessKey] = [randomBytes(10).toString('hex'), randomBytes(20).toString('hex')]
  const keys = [`--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`]
  await cephCommand(place, 'radosgw-admin', 'user', 'create', '--uid=tests', '--display-name=tests', ...keys)
  return { accessKeyId, secretAccessKey }
}
