import { execFile } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { env, execPath } from 'node:process'
import { promisify } from 'node:util'
import { parseOutcome } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { RuntimeFolder } from './runtime-folder.ts'
import type { Runtime, Suite } from './runtime-list.ts'

const run = promisify(execFile)

/** Runs a contract inside a runtime. Rejects if the runtime itself fails. */
export async function runSuite(folder: RuntimeFolder, runtime: Runtime, suite: Suite): Promise<readonly Outcome[]> {
  const [program, ...options] = runtime.command
  const storage = await mkdtemp(join(folder.path, 'storage-'))
  return await outcomes(folder, folder.program(program), [...options, 'program/contract.mjs', suite.name, storage])
}

/** Runs the contract of adapters inside workerd. */
export async function runWorkerSuite(folder: RuntimeFolder): Promise<readonly Outcome[]> {
  return await outcomes(folder, execPath, ['program/run-worker.mjs'])
}

async function outcomes(folder: RuntimeFolder, program: string, args: readonly string[]): Promise<readonly Outcome[]> {
  // As from a terminal, not from within Vitest.
  const own = Object.entries(env).filter(([name]) => !/^(?:VITEST|NODE_|TEST$|DEV$|PROD$|MODE$)/.test(name))
  const { stdout } = await run(program, args, {
    cwd: folder.path,
    env: { ...Object.fromEntries(own), NO_COLOR: '1' },
    maxBuffer: 64 * 1024 ** 2,
  })
  return stdout.split('\n').flatMap((line) => parseOutcome(line) ?? [])
}
