// Runs before a test suite, `quick` or `system`. Installs the programs that its tests need, if the machine allows it
// without further steps (root on Debian or Ubuntu). Otherwise one line says which tests are skipped. Silent if all
// programs are there.
import { spawnSync } from 'node:child_process'
import { argv, env, getuid } from 'node:process'
import { findChromium } from '../test/browser/find-chromium.ts'
import { findClamd } from '../test/clamav/find-clamd.ts'
import { findCurl, findPythonWith, findWget } from '../test/clients/find-clients.ts'
import { areFrameworksTested } from '../test/frameworks/installed-example.ts'
import { findNginx, findOpenssl } from '../test/proxy/find-nginx.ts'
import { findNtfs, findSetfattr } from '../test/names/find-ntfs.ts'
import { findFaketime, findMakeExt4, findStrace } from '../test/faults/find-fault-programs.ts'
import { findEngine } from '../test/s3/find-engine.ts'

interface TestProgram {
  readonly name: string
  /** Its path on this machine. */
  readonly find: () => string | undefined
  /** Debian's package of it, or its packages. */
  readonly package: string | readonly string[]
  readonly tests: string
  /** Whether quick tests need it, too. */
  readonly quick?: true
  /** Names another place to look at. */
  readonly variable: string
}

const PROGRAMS: readonly TestProgram[] = [
  {
    name: 'Chromium',
    find: findChromium,
    package: 'chromium',
    tests: 'browser tests',
    quick: true,
    variable: 'CHROMIUM',
  },
  { name: 'clamd', find: findClamd, package: 'clamav-daemon', tests: 'virus scanner tests', variable: 'CLAMD' },
  {
    name: 'lowntfs-3g',
    find: findNtfs,
    package: 'ntfs-3g',
    tests: 'tests of a file system without upper case',
    variable: 'NTFS',
  },
  { name: 'setfattr', find: findSetfattr, package: 'attr', tests: 'tests of short names', variable: 'SETFATTR' },
  { name: 'nginx', find: findNginx, package: 'nginx', tests: 'tests behind a proxy', variable: 'NGINX' },
  { name: 'openssl', find: findOpenssl, package: 'openssl', tests: 'tests of a proxy with TLS', variable: 'OPENSSL' },
  { name: 'strace', find: findStrace, package: 'strace', tests: 'tests of failing system calls', variable: 'STRACE' },
  { name: 'mkfs.ext4', find: findMakeExt4, package: 'e2fsprogs', tests: 'tests of full disks', variable: 'MKFS_EXT4' },
  { name: 'libfaketime', find: findFaketime, package: 'libfaketime', tests: 'clock tests', variable: 'LIBFAKETIME' },
  {
    name: 'Ceph',
    find: findEngine,
    package: ['ceph-mon', 'ceph-osd', 'radosgw'],
    tests: 'tests of S3',
    variable: 'RADOSGW',
  },
  { name: 'curl', find: findCurl, package: 'curl', tests: 'tests with curl', variable: 'CURL' },
  { name: 'wget', find: findWget, package: 'wget', tests: 'tests with wget', variable: 'WGET' },
  ...['requests', 'httpx', 'aiohttp'].map((module) => ({
    name: `Python with ${module}`,
    find: () => findPythonWith(module),
    package: `python3-${module}`,
    tests: `tests with Python's ${module}`,
    variable: 'PYTHON',
  })),
]

const isQuick = argv[2] === 'quick'
const needed = PROGRAMS.filter(({ quick }) => quick === true || !isQuick)
const missing = needed.filter(({ find }) => find() === undefined)
if (missing.length > 0 && getuid?.() === 0 && runs('apt-get', '--version')) {
  console.error(`installing ${missing.map(({ name }) => name).join(' and ')} for the tests (apt-get)`)
  runs('apt-get', 'update', '-qq')
  // One by one: a machine may have the one and not the other.
  for (const program of missing) {
    runs('apt-get', 'install', '-qq', '--yes', '--no-install-recommends', ...[program.package].flat())
  }
}
for (const { name, find, tests, variable } of missing) {
  if (find() === undefined) {
    console.error(`${tests} are skipped: no ${name} found (install it, or set ${variable} to its path)`)
  }
}
if (!isQuick && !areFrameworksTested)
  console.error('tests of whole frameworks are skipped: FRAMEWORKS=1 installs and builds them')
if (!isQuick && getuid?.() !== 0)
  console.error('tests of full disks and of a loss of power are skipped: only root may mount a disk')

function runs(command: string, ...args: string[]): boolean {
  const { status } = spawnSync(command, args, {
    // No questions; and no service is started (systemd's own switch): the tests start what they need.
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive', SYSTEMD_OFFLINE: '1' },
    // Its chatter is of interest only when it fails, and then the warnings on stderr tell.
    stdio: ['ignore', 'ignore', 2],
  })
  return status === 0
}
