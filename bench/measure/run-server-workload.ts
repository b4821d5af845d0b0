import { mkdirSync, openSync, closeSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { startServer } from '../server/running-server.ts'
import type { Bench } from './bench.ts'
import type { Contestant } from './contestant.ts'
import type { Run } from './run.ts'
import { verifyFiles } from './verify-files.ts'
import type { Workload } from './workload.ts'

/**
 * Sends a workload to a server in a process of its own, or fetches it from one, and removes the stored files. Uploaded
 * files are checked before. Of downloads, those of the warm-up are compared byte for byte, and the others counted.
 */
export async function runServerWorkload(
  { sender, block, folder }: Bench,
  area: Run['area'],
  workload: Workload,
  contestant: Contestant,
  round: number,
): Promise<Run> {
  const files = join(folder, 'files')
  const isDownload = contestant.way === 'get'
  const { warmUp, connections } = workload
  mkdirSync(files)
  if (isDownload) {
    writeFile(join(files, 'warm-up.bin'), warmUp.size, block.bytes)
    writeFile(join(files, 'file.bin'), workload.size, block.bytes)
  }
  const server = await startServer(contestant.program, files)
  try {
    const send = async (prefix: string, { requests, size }: Workload['warmUp']) =>
      await sender.send({
        port: server.port,
        block: block.path,
        kind: contestant.way,
        path: isDownload ? `/${prefix}.bin` : '/',
        connections,
        requests,
        size,
        prefix,
        filename: workload.filename,
        verify: prefix === 'warm-up',
      })
    await send('warm-up', warmUp)
    const before = await server.usage()
    const { seconds, bytes, cpuSeconds } = await send('file', workload)
    const after = await server.usage()
    if (!isDownload && contestant.keepsFiles !== false) {
      const expected = [workload, warmUp].map(({ requests, size }) => ({ count: requests, size }))
      verifyFiles(files, expected, block.bytes)
    }
    return {
      area,
      workload: workload.name,
      contestant: contestant.name,
      round,
      seconds,
      bytes,
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      peakBytes: after.peakBytes,
      clientCpuSeconds: cpuSeconds,
    }
  } catch (error) {
    throw new Error(`${contestant.title}: ${workload.title}`, { cause: error })
  } finally {
    await server.stop()
    rmSync(files, { recursive: true, force: true })
  }
}

function writeFile(path: string, size: number, block: Uint8Array): void {
  const file = openSync(path, 'w')
  for (let left = size; left > 0; left -= block.length) writeSync(file, block, 0, Math.min(left, block.length))
  closeSync(file)
}
