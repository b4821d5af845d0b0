import type { Run } from '../measure/run.ts'
import { cpuPerGiBOf, peakOf, throughputOf } from './ratios.ts'
import type { Figure } from './ratios.ts'

/** The target of a contestant, as a multiple of another in the same rounds. */
export interface Target {
  readonly area: Run['area']
  readonly workload: string
  /** Default `decant`. */
  readonly contestant?: string
  readonly figure: Figure
  readonly unit: 'throughput' | 'CPU per GiB' | 'peak memory'
  /** A name, or several: the best of them in this workload counts. */
  readonly others: readonly string[]
  /** A workload of the same contestant, in the place of others. */
  readonly otherWorkload?: string
  readonly bar: number
}

const RAW = ['raw-pipe']
const MULTER = ['multer']
const BUSBOY = ['busboy']
const PEERS = [
  'busboy',
  'fastify-busboy',
  'multer',
  'formidable',
  'multiparty',
  'fastify-multipart',
  'remix',
  'remix-fetch',
  'hono',
  'form-data',
]
const SERVERS = ['express-static', 'serve-static', 'fastify-static', 'fastify-send']

const upload = { area: 'upload' } as const
const decode = { area: 'decode' } as const
const serve = { area: 'serve' } as const
const fast = { figure: throughputOf, unit: 'throughput' } as const
const lean = { figure: cpuPerGiBOf, unit: 'CPU per GiB' } as const
const small = { area: 'memory', figure: peakOf, unit: 'peak memory' } as const

/** Of throughput at least, of everything else at most. */
export const targets: readonly Target[] = [
  { ...upload, ...fast, workload: 'large', others: RAW, bar: 1.5 },
  { ...upload, ...fast, workload: 'large', others: MULTER, bar: 1.7 },
  { ...upload, ...lean, workload: 'large', others: RAW, bar: 0.75 },
  { ...upload, ...lean, workload: 'large', others: MULTER, bar: 0.6 },
  { ...upload, ...fast, workload: 'serial', others: RAW, bar: 1.5 },
  { ...upload, ...fast, workload: 'serial', others: PEERS, bar: 1.8 },
  { ...upload, ...lean, workload: 'serial', others: RAW, bar: 0.7 },
  { ...upload, ...fast, workload: 'parallel', others: RAW, bar: 0.95 },
  { ...upload, ...fast, workload: 'parallel', others: PEERS, bar: 1.6 },
  { ...upload, ...lean, workload: 'parallel', others: RAW, bar: 1 },
  { ...upload, ...fast, workload: 'small', others: RAW, bar: 1.4 },
  { ...upload, ...fast, workload: 'small', others: MULTER, bar: 3.5 },
  { ...upload, ...fast, workload: 'small', others: BUSBOY, bar: 2.2 },
  { ...upload, ...lean, workload: 'small', others: RAW, bar: 0.65 },
  // Files of one name, compared with files of different names.
  ...['serial', 'small'].flatMap((otherWorkload): Target[] => {
    const sameName = { ...upload, workload: `${otherWorkload}-one-name`, others: [], otherWorkload }
    return [
      { ...sameName, ...fast, bar: 0.77 },
      { ...sameName, ...lean, bar: 1.3 },
    ]
  }),
  ...['large', 'serial'].map((workload): Target => ({
    ...upload,
    ...fast,
    workload,
    contestant: 'decant-digest',
    others: RAW,
    bar: 0.9,
  })),
  ...['serial', 'parallel', 'small'].flatMap((workload): Target[] =>
    [['hono'], ['remix-fetch']].flatMap((others) => [
      { ...upload, ...fast, workload, contestant: 'decant-fetch', others, bar: 2 },
      { ...upload, ...fast, workload, contestant: 'decant-hono', others, bar: 2.5 },
    ]),
  ),
  { ...decode, ...fast, workload: 'random', others: BUSBOY, bar: 1.7 },
  { ...decode, ...fast, workload: 'text', others: BUSBOY, bar: 1.6 },
  { ...decode, ...fast, workload: 'adversarial', others: BUSBOY, bar: 2 },
  { ...decode, ...fast, workload: 'fields', others: BUSBOY, bar: 12 },
  { ...decode, ...fast, workload: 'files', others: BUSBOY, bar: 6 },
  ...['random', 'text', 'adversarial', 'fields', 'files'].map((workload): Target => ({
    ...decode,
    ...fast,
    workload,
    others: ['remix'],
    bar: 1,
  })),
  { ...serve, ...fast, workload: 'large', others: SERVERS, bar: 3.5 },
  { ...serve, ...fast, workload: 'small', others: SERVERS, bar: 2.5 },
  ...['large', 'small'].map((workload): Target => ({
    ...serve,
    ...lean,
    workload,
    others: ['serve-static'],
    bar: 0.35,
  })),
  { ...small, workload: 'mebibytes', others: RAW, bar: 1.2 },
  { ...small, workload: 'gibibytes', others: RAW, bar: 1.2 },
  { ...small, workload: 'gibibytes', others: [], otherWorkload: 'mebibytes', bar: 1.2 },
]
