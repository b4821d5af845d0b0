import type { Workload } from './workload.ts'

const KiB = 1024
const MiB = 1024 ** 2

const serial = { connections: 1, requests: 200, size: MiB, warmUp: { requests: 200, size: MiB } }
const small = { connections: 32, requests: 4000, size: 10 * KiB, warmUp: { requests: 5000, size: 10 * KiB } }
/** The name that phones and paste boxes give every picture. Rivals give random names, so this is the same to them. */
const oneName = { filename: 'image.bin', contestants: ['decant', 'raw-pipe'] }

export const uploadWorkloads: readonly Workload[] = [
  {
    name: 'large',
    title: 'one file of 1 GiB',
    connections: 1,
    requests: 1,
    size: 1024 * MiB,
    warmUp: { requests: 2, size: 32 * MiB },
  },
  {
    name: 'serial',
    title: '200 files of 1 MiB, one connection',
    ...serial,
  },
  {
    name: 'serial-one-name',
    title: '200 files of 1 MiB and one name, one connection',
    ...serial,
    ...oneName,
  },
  {
    name: 'parallel',
    title: 'files of 4 MiB, 64 at once',
    connections: 64,
    requests: 128,
    size: 4 * MiB,
    warmUp: { requests: 64, size: MiB },
  },
  {
    name: 'small',
    title: 'files of 10 KiB, 32 at once',
    ...small,
  },
  {
    name: 'small-one-name',
    title: 'files of 10 KiB and one name, 32 at once',
    ...small,
    ...oneName,
  },
  {
    name: 'forms',
    title: 'forms of one file of 10 KiB, 32 at once',
    ...small,
    contestants: ['decant', 'decant-form', 'decant-thumbnail', 'raw-pipe'],
  },
  {
    name: 'puts',
    title: 'files of 10 KiB by PUT, 32 at once; "stored" makes each a transaction',
    ...small,
    contestants: ['decant-put', 'decant-stored', 'raw-pipe'],
  },
]

/** For the most memory that a server takes, with files of any size. */
export const memoryWorkloads: readonly Workload[] = [
  {
    name: 'mebibytes',
    title: '1,024 files of 1 MiB',
    connections: 1,
    requests: 1024,
    size: MiB,
    warmUp: { requests: 1, size: MiB },
  },
  {
    name: 'gibibyte',
    title: 'one file of 1 GiB',
    connections: 1,
    requests: 1,
    size: 1024 * MiB,
    warmUp: { requests: 1, size: MiB },
  },
  {
    name: 'gibibytes',
    title: 'one file of 4 GiB',
    connections: 1,
    requests: 1,
    size: 4096 * MiB,
    warmUp: { requests: 1, size: MiB },
  },
  {
    name: 'held',
    title: 'forms of one file of 1 MiB, 64 at once; the form with a thumbnail holds the whole file in memory',
    connections: 64,
    requests: 512,
    size: MiB,
    warmUp: { requests: 64, size: MiB },
  },
]
