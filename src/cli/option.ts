/** An option of a command. Its flag, its environment variable, its help and its default are all made from this. */
export interface Option<Value> {
  /** Without dashes: `max-file-size`. */
  readonly flag: string
  /** What stands for the value in the help, such as `SIZE`; absent for a switch, whose value is `true` or `false`. */
  readonly value?: string
  /** One letter that stands for the flag. */
  readonly short?: string
  /** True where arguments, which every user of the machine can read, are no place for it: only its variable is. */
  readonly secret?: boolean
  /** What it does, in a line. */
  readonly about: string
  /** The default, as one would type it. */
  readonly preset?: string
  /** Understands what was typed, or throws a TypeError whose message says what is expected. */
  readonly parse: (text: string) => Value
}

/** An option that always has a value. */
export type PresetOption<Value> = Option<Value> & { readonly preset: string }

/** `max-file-size` -> `DECANT_MAX_FILE_SIZE` */
export function variableOf({ flag }: Pick<Option<unknown>, 'flag'>): string {
  return `DECANT_${flag.toUpperCase().replaceAll('-', '_')}`
}
