import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { fileTypeFromBuffer } from 'file-type'
import { describe, expect, test } from 'vitest'
import { HEADS, latin1, tar } from './fixtures/heads.ts'
import { mayHaveFormat } from './may-have-format.ts'

/** Something that file-type compares with what a file has at an offset. */
interface Signature {
  readonly offset: number
  readonly bytes: readonly number[]
}

/** All that are written out in file-type's own source: whatever version is installed, none may be missing here. */
async function signatures(): Promise<Signature[]> {
  const source = await readFile(fileURLToPath(new URL('source/index.js', packageOf('file-type'))), 'utf8')
  const checks = source.matchAll(
    /\.check(?:String)?\((?:\[([^\]]+)\]|(?:String\.raw)?['`]([^'`]+)['`])(?:, \{(?:[^}]*\boffset: (\d+))?[^}]*\})?\)/g,
  )
  return [...checks].map(([, numbers, text = '', offset = '0']) => ({
    offset: Number(offset),
    bytes: numbers === undefined ? toBytes(text) : numbers.split(',').map(Number),
  }))
}

/** The characters of a literal of JavaScript: what is escaped there has other codes. */
function toBytes(literal: string): number[] {
  const characters = literal.replaceAll(/\\([0nrt])/g, (_, letter: string) => JSON.parse(`"${ESCAPES[letter] ?? ''}"`))
  return Array.from(characters, (character) => character.charCodeAt(0))
}

const ESCAPES: Readonly<Record<string, string>> = {
  0: String.raw`\u0000`,
  n: String.raw`\n`,
  r: String.raw`\r`,
  t: String.raw`\t`,
}

function packageOf(name: string): string {
  return import.meta.resolve(name).replace(/(node_modules\/[^/]+\/).*/, '$1')
}

/** A head that has nothing but these. */
function headOf(...marks: readonly Signature[]): Uint8Array {
  const head = new Uint8Array(512).fill(0xaa)
  for (const { offset, bytes } of marks) head.set(bytes, offset)
  return head
}

describe('a head that may have a format', () => {
  test('is each that is recorded here', () => {
    for (const { extensions, head } of HEADS) {
      // Text is told by its letters.
      const isText = head.every((byte) => byte >= 0x09 && byte < 0x7f)
      if (!isText) expect(mayHaveFormat(head), extensions.join(' ')).toBe(true)
    }
  })

  test('is all in which file-type finds one by any of its signatures, or by any two of them', async () => {
    const known = await signatures()
    expect(known.length).toBeGreaterThan(150)
    let found = 0
    for (const first of known) {
      for (const second of known) {
        const head = headOf(first, second)
        if (mayHaveFormat(head) || (await fileTypeFromBuffer(head)) === undefined) continue
        expect.fail(`${JSON.stringify([first, second])} is a format, and was said to be none.`)
      }
      if ((await fileTypeFromBuffer(headOf(first))) !== undefined) found += 1
    }
    expect(found).toBeGreaterThan(100)
  })

  test('is a tar that is older than its signature, and has nothing but a sum', async () => {
    const block = tar('a'.repeat(100))
    block.fill(0, 257, 265)
    block.set(latin1('        '), 148)
    block.set(
      latin1(
        `${block
          .reduce((total, byte) => total + byte, 0)
          .toString(8)
          .padStart(6, '0')}\0 `,
      ),
      148,
    )
    expect((await fileTypeFromBuffer(block))?.ext).toBe('tar')
    expect(mayHaveFormat(block)).toBe(true)
  })

  test('is little of what is random, and nothing that is empty', () => {
    const heads = Array.from({ length: 1000 }, () => randomBytes(4100))
    expect(heads.filter(mayHaveFormat).length).toBeLessThan(100)
    expect(mayHaveFormat(new Uint8Array(0))).toBe(false)
    expect(mayHaveFormat(new Uint8Array(1))).toBe(false)
  })
})
