import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Sender } from '../client/sender.ts'
import { startServer } from '../server/running-server.ts'
import type { Block } from './block.ts'
import type { Contestant } from './contestant.ts'
import { verifyFiles } from './verify-files.ts'
import type { Workload } from './workload.ts'

/** One contestant, once. */
export interface Run {
  readonly workload: string
  readonly contestant: string
  readonly round: number
  readonly seconds: number
  /** Of the files alone. */
  readonly bytes: number
  /** Of the server alone, over the workload without its warm-up. */
  readonly cpuSeconds: number
  /** The most memory that the server has had, from its start on. */
  readonly peakBytes: number
  readonly clientCpuSeconds: number
}

/** Where and by what is measured. */
export interface Bench {
  readonly sender: Sender
  readonly block: Block
  /** A folder that is ours. */
  readonly folder: string
}

/** Uploads a workload to a server of its own, looks at what it has stored, and removes that. */
export async function runUpload(
  { sender, block, folder }: Bench,
  workload: Workload,
  contestant: Contestant,
  round: number,
): Promise<Run> {
  const { connections, warmUp } = workload
  const files = join(folder, 'files')
  mkdirSync(files)
  const server = await startServer(contestant.program, files)
  try {
    const send = async (prefix: string, { requests, size }: { requests: number; size: number }) =>
      await sender.send({
        port: server.port,
        block: block.path,
        kind: contestant.way,
        connections,
        requests,
        size,
        prefix,
      })
    await send('warm-up', warmUp)
    const before = await server.usage()
    const { seconds, bytes, cpuSeconds } = await send('file', workload)
    const after = await server.usage()
    if (contestant.keepsFiles !== false) {
      const expected = [workload, warmUp].map(({ requests, size }) => ({ count: requests, size }))
      verifyFiles(files, expected, block.bytes)
    }
    return {
      workload: workload.name,
      contestant: contestant.name,
      round,
      seconds,
      bytes,
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      peakBytes: after.peakBytes,
      clientCpuSeconds: cpuSeconds,
    }
  } finally {
    await server.stop()
    rmSync(files, { recursive: true, force: true })
  }
}
