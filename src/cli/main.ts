import cluster from 'node:cluster'
import { readFile } from 'node:fs/promises'
import { Arguments } from './arguments.ts'
import type { Environment } from './arguments.ts'
import { CommandError } from './command-error.ts'
import { helpText } from './help.ts'
import { nearestWord } from '../errors/nearest-word.ts'
import type { Option } from './option.ts'
import { parseSwitch } from './parse-value.ts'
import { serve } from './serve.ts'
import { SERVE_OPTIONS } from './serve-settings.ts'
import { strayVariables } from './stray-variables.ts'
import { terminal } from './terminal.ts'
import { serveAsWorker } from './worker/serve-as-worker.ts'
import { WORKER_COMMAND } from './worker/worker-command.ts'

const HELP: Option<boolean> = { flag: 'help', short: 'h', about: 'show this help', parse: parseSwitch }
const VERSION: Option<boolean> = { flag: 'version', short: 'v', about: 'show the version', parse: parseSwitch }

const COMMANDS = ['serve', 'help'] as const

/** The start of a command. */
export interface Start {
  /** The arguments after the program's name. */
  readonly typed: readonly string[]
  readonly environment: Environment
  /** The package's own folder, with a trailing slash. */
  readonly root: URL
}

/**
 * Runs the command that was typed. A failure is one line on stderr.
 *
 * @returns the exit code: 0; 1 if the machine refuses (a port that is taken); 2 for wrong arguments; 130 after Ctrl-C
 */
export async function main({ typed, environment, root }: Start): Promise<number> {
  try {
    const given = new Arguments(typed, environment, [...SERVE_OPTIONS, HELP, VERSION])
    const [command = 'help', ...operands] = given.positionals
    if (given.isTyped(VERSION)) {
      terminal.print(await readVersion(root))
      return 0
    }
    if (given.isTyped(HELP) || command === 'help') {
      terminal.print(helpText(SERVE_OPTIONS, [HELP, VERSION]))
      return 0
    }
    const assets = new URL('dist/assets/', root)
    if (command === WORKER_COMMAND && cluster.isWorker) return await serveAsWorker(given, assets)
    if (command !== 'serve') throw unknownCommand(command)
    for (const sentence of strayVariables(environment, SERVE_OPTIONS)) terminal.warn(sentence)
    return await serve({ given, operands, typed, assets })
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    terminal.fail(error.message)
    return error.exitCode
  }
}

function unknownCommand(command: string): CommandError {
  const nearest = nearestWord(command, COMMANDS)
  const hint = nearest === undefined ? 'see decant --help' : `did you mean ${nearest}?`
  return new CommandError(`unknown command ${JSON.stringify(command)}; ${hint}`)
}

async function readVersion(root: URL): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL('package.json', root), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : ''
}
