import { execFile } from 'node:child_process'
import { delimiter } from 'node:path'
import { env } from 'node:process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** npm as a user would run it: on the machine's Node, and without the options of an `npm test` around this one. */
export async function npm(cwd: string, ...args: string[]): Promise<{ stdout: string }> {
  const path = (env['PATH'] ?? '').split(delimiter).filter((place) => !place.endsWith('.bin'))
  const environment = { ...env, npm_config_prefix: undefined, PATH: path.join(delimiter) }
  return await run('npm', args, { cwd, env: environment })
}
