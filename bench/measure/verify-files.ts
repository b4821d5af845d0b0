import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'

const PIECE_SIZE = 64 * 1024
/** In so many places is a file compared, and of so many files. */
const SAMPLES = 16

export interface ExpectedFiles {
  readonly count: number
  readonly size: number
}

/**
 * Compares what a server has stored with what it was sent: how many files of which sizes, and of some of them the
 * bytes.
 *
 * @throws {Error} that says what is wrong.
 */
export function verifyFiles(folder: string, expected: readonly ExpectedFiles[], block: Uint8Array): void {
  const files = filesBelow(folder)
  const wanted = expected.flatMap(({ count, size }) => Array<number>(count).fill(size))
  const sizes = files.map(({ size }) => size)
  if (!isSame(sorted(sizes), sorted(wanted))) {
    throw new Error(`${files.length} files of ${sum(sizes)} bytes were stored, not ${wanted.length} of ${sum(wanted)}`)
  }
  const step = Math.max(1, Math.floor(files.length / SAMPLES))
  for (const { path, size } of files.filter((_, index) => index % step === 0)) verifyBytes(path, size, block)
}

function filesBelow(folder: string): { path: string; size: number }[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !path.includes('/.decant/'))
    .map((path) => ({ path, size: statSync(path).size }))
}

function verifyBytes(path: string, size: number, block: Uint8Array): void {
  const file = openSync(path, 'r')
  try {
    const piece = Buffer.alloc(PIECE_SIZE)
    const last = Math.max(0, size - PIECE_SIZE)
    for (let sample = 0; sample <= SAMPLES; sample += 1) {
      const at = Math.floor((last * sample) / SAMPLES)
      const count = readSync(file, piece, 0, PIECE_SIZE, at)
      if (!repeats(piece.subarray(0, count), at, block)) throw new Error(`${path} has other bytes near ${at}`)
    }
  } finally {
    closeSync(file)
  }
}

function repeats(piece: Buffer, offset: number, block: Uint8Array): boolean {
  for (let at = 0; at < piece.length;) {
    const from = (offset + at) % block.length
    const length = Math.min(piece.length - at, block.length - from)
    if (piece.compare(block, from, from + length, at, at + length) !== 0) return false
    at += length
  }
  return true
}

function sorted(numbers: readonly number[]): number[] {
  return numbers.toSorted((left, right) => left - right)
}

function isSame(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((number, index) => number === right[index])
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
