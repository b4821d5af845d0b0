import type { FileHead, FileSink } from '../../receive/read-form.ts'

/** A file that macOS puts beside others, known by its name and its first bytes. */
interface Companion {
  readonly name: RegExp
  readonly signature: readonly number[]
}

const COMPANIONS: readonly Companion[] = [
  // AppleDouble (RFC 1740, appendix A): `._x` holds the attributes of the file `x`.
  { name: /^\._./s, signature: [0x00, 0x05, 0x16, 0x07] },
  // The Finder's settings for a folder: 1 and "Bud1".
  { name: /^\.DS_Store$/, signature: [0x00, 0x00, 0x00, 0x01, 0x42, 0x75, 0x64, 0x31] },
]

/** Called when the first bytes of a file tell whether it is a companion. */
export interface CompanionVerdict {
  /** It is one: its bytes are dropped. */
  readonly skip: (head: FileHead) => void
  /** It only has the name of one, so it is stored as usual. Throwing refuses the form. */
  readonly open: (head: FileHead) => FileSink
}

/** A sink that finds out whether a file with a companion's name is one; `undefined` for other names. */
export function companionFile(head: FileHead, verdict: CompanionVerdict): FileSink | undefined {
  const name = head.filename.slice(Math.max(head.filename.lastIndexOf('/'), head.filename.lastIndexOf('\\')) + 1)
  const companion = COMPANIONS.find((each) => each.name.test(name))
  return companion === undefined ? undefined : new CompanionSink(head, companion.signature, verdict)
}

class CompanionSink implements FileSink {
  readonly #head: FileHead
  readonly #verdict: CompanionVerdict
  readonly #signature: readonly number[]
  /** The number of bytes of the signature that have come. */
  #matched = 0
  #file: FileSink | undefined

  constructor(head: FileHead, signature: readonly number[], verdict: CompanionVerdict) {
    this.#head = head
    this.#signature = signature
    this.#verdict = verdict
  }

  append(bytes: Uint8Array, isGiven?: boolean): Promise<void> | undefined {
    if (this.#file !== undefined) return this.#file.append(bytes, isGiven)
    const before = this.#matched
    for (const byte of bytes) {
      if (this.#matched === this.#signature.length) return undefined
      if (byte !== this.#signature[this.#matched]) return this.#open(before, bytes, isGiven)
      this.#matched += 1
    }
    return undefined
  }

  end(): Promise<void> | undefined {
    if (this.#file !== undefined) return this.#file.end()
    if (this.#matched === this.#signature.length) {
      this.#verdict.skip(this.#head)
      return undefined
    }
    const waits = this.#open(this.#matched)
    return waits === undefined ? this.#endFile() : waits.then(() => this.#endFile())
  }

  #endFile(): Promise<void> | undefined {
    return this.#file?.end()
  }

  /** Begins an ordinary file, with the bytes of the signature that have come. */
  #open(held: number, bytes?: Uint8Array, isGiven?: boolean): Promise<void> | undefined {
    const file = this.#verdict.open(this.#head)
    this.#file = file
    const beginning = held === 0 ? undefined : file.append(Uint8Array.from(this.#signature.slice(0, held)))
    const rest = bytes === undefined ? undefined : file.append(bytes, isGiven)
    if (beginning === undefined) return rest
    return rest === undefined ? beginning : Promise.all([beginning, rest]).then(ignore)
  }
}

function ignore(): void {}
