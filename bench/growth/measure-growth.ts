import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { median } from '../../test/endurance/trend.ts'
import type { Bench } from '../measure/bench.ts'
import { ownProgram } from '../measure/contestant.ts'
import { startServer } from '../server/running-server.ts'
import type { Growth, GrowthPoint } from './growth.ts'

const KiB = 1024
const MiB = 1024 ** 2
const GiB = 1024 ** 3
const BOUNDARY = 'boundary'
/** Of a request that is short, the median of so many counts. */
const REPEATS = 15
const REQUESTS = 2000

export const GROWTHS = [{ name: 'parts' }, { name: 'connections' }, { name: 'size' }, { name: 'files' }] as const

type GrowthName = (typeof GROWTHS)[number]['name']

/** Measures how time and memory grow with one thing, on a server of its own for each point. */
export async function measureGrowth(bench: Bench, name: GrowthName): Promise<Growth> {
  switch (name) {
    case 'parts':
      return await grow(
        bench,
        name,
        'Fields of a form with one file',
        'fields',
        [1, 10, 100, 1000, 10_000, 100_000],
        async (port, count) => ({
          'one form': await medianTime(count < 10_000 ? REPEATS : 3, async () => post(port, fieldsOf(count))),
        }),
      )
    case 'connections':
      return await grow(
        bench,
        name,
        'Connections at once',
        'connections',
        [1, 10, 100, 1000],
        async (port, connections) => {
          const rest = { port, block: bench.block.path, kind: 'form', size: 16 * KiB, connections } as const
          await bench.sender.send({ ...rest, prefix: 'warm-up', requests: REQUESTS })
          const { seconds } = await bench.sender.send({ ...rest, prefix: 'file', requests: REQUESTS })
          return { [`${REQUESTS} files of 16 KiB`]: seconds }
        },
      )
    case 'size':
      return await grow(
        bench,
        name,
        'Size of a file',
        'bytes',
        [1, KiB, 32 * KiB, MiB, 32 * MiB, GiB, 8 * GiB],
        async (port, size) => {
          let count = 0
          const upload = async (): Promise<number> => {
            const rest = { port, block: bench.block.path, kind: 'form', connections: 1, requests: 1, size } as const
            return (await bench.sender.send({ ...rest, prefix: `file-${(count += 1)}` })).seconds
          }
          return { 'one upload': await medianOf(size > 32 * MiB ? 1 : REPEATS, upload) }
        },
      )
    case 'files':
      return await grow(
        bench,
        name,
        'Files in the folder',
        'files',
        [1, 1000, 10_000, 100_000, 1_000_000],
        async (port, count, folder) => {
          for (let index = 0; index < count; index += 1) writeFileSync(join(folder, `file-${index}.txt`), 'x')
          const repeats = count > 10_000 ? 1 : REPEATS
          return {
            'a page of 100, by name': await medianTime(repeats, async () => get(port, '/?order=name')),
            'the first page of 100, newest first': await medianTime(1, async () => get(port, '/')),
            'any later page, newest first': await medianTime(REPEATS, async () => get(port, '/')),
            'an upload, and a page, newest first': await medianTime(REPEATS, async () => {
              await post(port, oneFile())
              await get(port, '/')
            }),
            'one upload': await medianTime(REPEATS, async () => post(port, oneFile())),
            'one download': await medianTime(REPEATS, async () => get(port, '/file-0.txt')),
          }
        },
      )
  }
}

async function grow(
  { folder }: Bench,
  name: GrowthName,
  title: string,
  unit: string,
  amounts: readonly number[],
  measure: (port: number, amount: number, files: string) => Promise<Readonly<Record<string, number>>>,
): Promise<Growth> {
  const points: GrowthPoint[] = []
  for (const amount of amounts) {
    const files = join(folder, 'files')
    mkdirSync(files)
    const server = await startServer(ownProgram('decant-growth'), files)
    try {
      const seconds = await measure(server.port, amount, files)
      const { peakBytes } = await server.usage()
      points.push({ amount, seconds, peakBytes })
    } finally {
      await server.stop()
      rmSync(files, { recursive: true, force: true })
    }
  }
  return { name, title, unit, points }
}

async function medianTime(repeats: number, run: () => Promise<void>): Promise<number> {
  return await medianOf(repeats, async () => {
    const began = performance.now()
    await run()
    return (performance.now() - began) / 1000
  })
}

/** The first one warms up, if there are several. */
async function medianOf(repeats: number, run: () => Promise<number>): Promise<number> {
  if (repeats > 1) await run()
  const times: number[] = []
  for (let repeat = 0; repeat < repeats; repeat += 1) times.push(await run())
  return median(times)
}

function fieldsOf(count: number): Buffer {
  const fields = Array.from(
    { length: count },
    (_, index) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="field-${index}"\r\n\r\nvalue ${index}\r\n`,
  )
  return Buffer.concat([Buffer.from(fields.join('')), oneFile()])
}

function oneFile(): Buffer {
  const head = 'Content-Disposition: form-data; name="file"; filename="new.bin"'
  return Buffer.from(`--${BOUNDARY}\r\n${head}\r\n\r\n${'x'.repeat(KiB)}\r\n--${BOUNDARY}--\r\n`)
}

async function post(port: number, body: Buffer): Promise<void> {
  await exchange(port, '/', body)
}

async function get(port: number, path: string): Promise<void> {
  await exchange(port, path)
}

async function exchange(port: number, path: string, body?: Buffer): Promise<void> {
  const request = httpRequest({
    host: '127.0.0.1',
    port,
    path,
    method: body === undefined ? 'GET' : 'POST',
    headers: body === undefined ? {} : { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
  })
  const answered = once(request, 'response')
  request.end(body)
  const [response] = await answered
  for await (const _ of response);
  if (response.statusCode > 299) throw new Error(`${path} was answered with ${response.statusCode}.`)
}
