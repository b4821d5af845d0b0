/** An option of a command. Its flag, its environment variable, its help and its default are all made from this. */
export interface Option<Value> {
  /** Without dashes: `max-file-size`. */
  readonly flag: string
  /** The name of the value in the help, such as `SIZE`. Absent for a switch, whose value is `true` or `false`. */
  readonly value?: string
  /** One letter as a short form of the flag. */
  readonly short?: string
  /** True if the value is a secret. Every user of the machine can read arguments, so only its variable is accepted. */
  readonly secret?: boolean
  /** The line of the help. */
  readonly about: string
  /** The default, as it would be typed. */
  readonly preset?: string
  /** Parses the value, or throws a TypeError whose message says what is expected. */
  readonly parse: (text: string) => Value
}

/** An option that always has a value. */
export type PresetOption<Value> = Option<Value> & { readonly preset: string }

/** `max-file-size` -> `DECANT_MAX_FILE_SIZE` */
export function variableOf({ flag }: Pick<Option<unknown>, 'flag'>): string {
  return `DECANT_${flag.toUpperCase().replaceAll('-', '_')}`
}
