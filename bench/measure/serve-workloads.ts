import type { Workload } from './workload.ts'

const KiB = 1024
const MiB = 1024 ** 2

export const serveWorkloads: readonly Workload[] = [
  {
    name: 'large',
    title: 'a file of 1 GiB',
    connections: 1,
    requests: 2,
    size: 1024 * MiB,
    warmUp: { requests: 8, size: 16 * MiB },
  },
  {
    name: 'small',
    title: 'a file of 10 KiB, 32 at once',
    connections: 32,
    requests: 10_000,
    size: 10 * KiB,
    warmUp: { requests: 4000, size: 10 * KiB },
  },
]
