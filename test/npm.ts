import { execFile } from 'node:child_process'
import { delimiter } from 'node:path'
import { env } from 'node:process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * The time limit, in milliseconds, of a test or a hook that installs packages: the network's pace is not the project's.
 */
export const INSTALL_MS = 300_000

/** A download that stands still is asked for again, well within that: of itself npm waits five minutes. */
const FETCHING = { npm_config_fetch_timeout: '45000', npm_config_fetch_retries: '4' }

/** npm as a user would run it: on the machine's Node, and without the options of an `npm test` around this one. */
export async function npm(cwd: string, ...args: string[]): Promise<{ stdout: string }> {
  const path = (env['PATH'] ?? '').split(delimiter).filter((place) => !place.endsWith('.bin'))
  const environment = { ...env, ...FETCHING, npm_config_prefix: undefined, PATH: path.join(delimiter) }
  return await run('npm', args, { cwd, env: environment })
}
