import { parseArgs } from 'node:util'
import { CommandError } from './command-error.ts'
import { nearestWord } from '../errors/nearest-word.ts'
import { variableOf } from './option.ts'
import type { Option, PresetOption } from './option.ts'

/** The environment, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The arguments after a command, and the environment. A flag wins over its variable; of two flags, the last one wins.
 */
export class Arguments {
  readonly positionals: readonly string[]
  readonly #flags: ReadonlyMap<string, string>
  readonly #environment: Environment

  /** @throws {CommandError} for a flag that is not in `options`, for one without its value, and for a secret. */
  constructor(typed: readonly string[], environment: Environment, options: readonly Option<unknown>[]) {
    const { tokens, positionals } = parseArgs({
      args: [...typed],
      options: Object.fromEntries(options.map((option) => [option.flag, toParseOption(option)])),
      // The parser's own refusals have no "did you mean".
      strict: false,
      allowPositionals: true,
      tokens: true,
    })
    const flags = new Map<string, string>()
    for (const token of tokens) {
      if (token.kind !== 'option') continue
      const option = options.find(({ flag }) => flag === token.name)
      if (option === undefined) throw unknownFlag(token.rawName, options)
      if (option.secret === true) throw shownSecret(option)
      flags.set(option.flag, valueOf(option, token))
    }
    this.positionals = positionals
    this.#flags = flags
    this.#environment = environment
  }

  /** True if the flag itself was typed, whatever the environment says. */
  isTyped({ flag }: Option<unknown>): boolean {
    return this.#flags.has(flag)
  }

  /** True if the option was given a value; otherwise it has its default. */
  has(option: Option<unknown>): boolean {
    return this.isTyped(option) || Boolean(this.#environment[variableOf(option)])
  }

  /** The name of the option in a message: the variable or the flag that gave its value. */
  nameOf(option: Option<unknown>): string {
    return this.has(option) && !this.isTyped(option) ? variableOf(option) : `--${option.flag}`
  }

  /**
   * The value of an option; `undefined` if it was not given and has no default.
   *
   * @throws {CommandError} for a value that the option does not allow.
   */
  read<Value>(option: PresetOption<Value>): Value
  read<Value>(option: Option<Value>): Value | undefined
  read<Value>(option: Option<Value>): Value | undefined {
    // An empty variable counts as not set, as in a compose file.
    const text = this.#flags.get(option.flag) ?? (this.#environment[variableOf(option)] || option.preset)
    if (text === undefined) return undefined
    try {
      return option.parse(text)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      throw new CommandError(`${this.nameOf(option)}: ${error.message}`)
    }
  }
}

interface ParseOption {
  readonly type: 'string' | 'boolean'
  readonly short?: string
}

function toParseOption({ value, short }: Option<unknown>): ParseOption {
  return { type: value === undefined ? 'boolean' : 'string', ...(short !== undefined && { short }) }
}

interface OptionToken {
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function valueOf(option: Option<unknown>, { rawName, value, inlineValue }: OptionToken): string {
  if (option.value === undefined) return value ?? 'true'
  // `--port --json`: the value is missing. A value that begins with a dash is written `--title=-x`.
  if (value === undefined || (inlineValue !== true && value.startsWith('-'))) {
    throw new CommandError(`${rawName} needs a value: ${rawName} ${option.value}`)
  }
  return value
}

function shownSecret(option: Option<unknown>): CommandError {
  return new CommandError(`every user of this machine can read --${option.flag}; set ${variableOf(option)} instead`)
}

function unknownFlag(typed: string, options: readonly Option<unknown>[]): CommandError {
  const nearest = nearestWord(
    typed,
    options.filter(({ secret }) => secret !== true).map(({ flag }) => `--${flag}`),
  )
  return new CommandError(
    `unknown option ${typed}${nearest === undefined ? '; see --help' : `; did you mean ${nearest}?`}`,
  )
}
