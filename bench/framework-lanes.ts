// The cost of each framework's adapter next to plain node:http, in CPU time of the server, for the same bytes:
//
//   npm run bench:frameworks -- [--rounds 5] [--only hono,koa] [--folder DIR] [--results FILE]
//
// In every round each has a new process, and they take turns; a ratio compares the results of one round. With --results
// rounds are added to a file, and the table shows all rounds of the file.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv } from 'node:process'
import { parseArgs } from 'node:util'
import { LANES } from './framework-lanes/lanes.ts'
import { Server } from './framework-lanes/server.ts'

const MiB = 1024 ** 2
const FILE_SIZE = 64 * MiB
const FILES = 6
/** Sending a file back takes a fraction of what it took to take it in. */
const TIMES = { up: 1, down: 4 }
// Like pictures and films, for a search for boundaries.
const CHUNK = randomBytes(1 * MiB)

/** CPU seconds of a server for each GiB, one way and the other. */
interface Cost {
  up: number
  down: number
}
type Round = Readonly<Record<string, Cost>>

const { values } = parseArgs({
  args: argv.slice(2),
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: Object.keys(LANES).join(',') },
    folder: { type: 'string', default: existsSync('/dev/shm') ? '/dev/shm' : tmpdir() },
    results: { type: 'string' },
  },
})
const names = ['node:http', ...values.only.split(',').filter((name) => name !== 'node:http')]
const measured: Round[] = []

for (let round = 0; round < Number(values.rounds); round++) {
  const costs = await runRound(round)
  measured.push(costs)
  if (values.results !== undefined) appendFileSync(values.results, `${JSON.stringify(costs)}\n`)
}
console.log(tableOf(values.results === undefined ? measured : roundsIn(values.results)))

/**
 * All servers at once, and one after the other at work: file by file, so that what else the machine does is shared by
 * all.
 */
async function runRound(round: number): Promise<Round> {
  const place = mkdtempSync(join(values.folder, 'decant-lanes-'))
  const servers = await Promise.all(
    names.map(async (name) => await Server.start(name, join(place, name.replace(':', '-')))),
  )
  try {
    // The first ones compile what the others run.
    for (const { origin } of servers) {
      for (const name of ['x.bin', 'y.bin']) {
        await send(origin, name)
        await take(origin, name)
        await take(origin, name)
      }
    }
    const costs = new Map(names.map((name) => [name, { up: 0, down: 0 }]))
    const measure = async (way: keyof Cost, index: number, work: (origin: string) => Promise<void>): Promise<void> => {
      const turn = (index + round) % servers.length
      for (const server of [...servers.slice(turn), ...servers.slice(0, turn)]) {
        const before = await server.usedCpu()
        for (let time = 0; time < TIMES[way]; time++) await work(server.origin)
        const cost = costs.get(server.name)
        const bytes = FILES * TIMES[way] * FILE_SIZE
        if (cost !== undefined) cost[way] += (((await server.usedCpu()) - before) * 1024 ** 3) / bytes
      }
    }
    for (let index = 0; index < FILES; index++) {
      await measure('up', index, async (origin) => await send(origin, `${index}.bin`))
      await measure('down', index, async (origin) => await take(origin, `${index}.bin`))
    }
    return Object.fromEntries(costs)
  } finally {
    await Promise.all(servers.map(async (server) => await server.stop()))
    rmSync(place, { recursive: true })
  }
}

async function send(origin: string, filename: string): Promise<void> {
  const head = `--b\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\n\r\n`
  const tail = '\r\n--b--\r\n'
  const length = head.length + FILE_SIZE + tail.length
  const type = 'multipart/form-data; boundary=b'
  const socket = ask(origin, `POST /files HTTP/1.1\r\nContent-Type: ${type}\r\nContent-Length: ${length}`)
  socket.client.write(head)
  for (let sent = 0; sent < FILE_SIZE; sent += CHUNK.length) {
    if (!socket.client.write(CHUNK)) await once(socket.client, 'drain')
  }
  socket.client.write(tail)
  const { status } = await socket.answer
  if (status !== '201') throw new Error(`${filename} is answered ${status}.`)
}

async function take(origin: string, filename: string): Promise<void> {
  const { status, bytes } = await ask(origin, `GET /files/${filename} HTTP/1.1`).answer
  if (status !== '200' || bytes < FILE_SIZE)
    throw new Error(`${filename} has ${bytes} bytes and is answered ${status}.`)
}

/** A client that takes next to no time of its own: it reads into one buffer, and counts. */
function ask(origin: string, head: string): { client: Socket; answer: Promise<{ status: string; bytes: number }> } {
  const { host, hostname, port } = new URL(origin)
  const answer = Promise.withResolvers<{ status: string; bytes: number }>()
  let status = ''
  let bytes = 0
  const onread = {
    buffer: new Uint8Array(1 * MiB),
    callback(length: number, buffer: Uint8Array) {
      if (bytes === 0) status = Buffer.from(buffer.subarray(9, 12)).toString()
      bytes += length
      return true
    },
  }
  const client = connect({ host: hostname, port: Number(port), onread })
  client.on('error', answer.reject).on('close', () => answer.resolve({ status, bytes }))
  client.write(`${head}\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  return { client, answer: answer.promise }
}

function tableOf(all: readonly Round[]): string {
  const lines = names.map((name) => {
    const costs = all.flatMap((round) =>
      round[name] === undefined ? [] : [{ cost: round[name], plain: round['node:http'] }],
    )
    const cell = (way: keyof Cost): string => {
      const seconds = median(costs.map(({ cost }) => cost[way]))
      const ratio = median(costs.map(({ cost, plain }) => cost[way] / (plain?.[way] ?? Number.NaN)))
      return `${seconds.toFixed(2)} | ${ratio.toFixed(2)}`
    }
    return `| ${name} | ${cell('up')} | ${cell('down')} |`
  })
  const head = '| | a form with a file of 64 MiB: CPU s per GiB | ratio | the file: CPU s per GiB | ratio |'
  return [`${all.length} rounds`, '', head, '| --- | --- | --- | --- | --- |', ...lines].join('\n')
}

function roundsIn(file: string): readonly Round[] {
  // oxlint-disable-next-line typescript/no-unsafe-assignment -- This program has written it.
  const rounds: readonly Round[] = JSON.parse(`[${readFileSync(file, 'utf8').trim().replaceAll('\n', ',')}]`)
  return rounds
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const [low = Number.NaN, high = low] =
    sorted.length % 2 === 1 ? [sorted[middle]] : [sorted[middle - 1], sorted[middle]]
  return (low + high) / 2
}
