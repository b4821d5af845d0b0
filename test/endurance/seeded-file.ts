import { createCipheriv, createHash } from 'node:crypto'

/** A file whose name tells every one of its bytes. */
export interface SeededFile {
  readonly name: string
  readonly bytes: Buffer<ArrayBuffer>
}

/** The facts in a seeded name, also if a server has numbered it or made its extension lower-case. */
const SEEDED_NAME = /^(?<stem>.+-(?<size>\d+))(?:_\d+)?\.bin$/i

/** A file with this label in its name. Labels differ, so contents do. */
export function seededFile(label: string, size: number, extension: string = 'bin'): SeededFile {
  const stem = `${label}-${size}`
  return { name: `${stem}.${extension}`, bytes: keystream(stem, size) }
}

/** The bytes that a file of this name has if it is whole; `undefined` for a name that is not seeded. */
export function bytesOfName(name: string): Buffer<ArrayBuffer> | undefined {
  const { stem, size } = SEEDED_NAME.exec(name)?.groups ?? {}
  return stem === undefined ? undefined : keystream(stem, Number(size))
}

/** AES in counter mode: as fast as memory, and no place of it looks like another. */
function keystream(stem: string, size: number): Buffer<ArrayBuffer> {
  const key = createHash('sha256').update(stem).digest().subarray(0, 16)
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size))
}
