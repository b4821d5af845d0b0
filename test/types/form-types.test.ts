import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

// The compiler's words for a user: an inferred type as an editor shows it, and the message for a mistake.

const root = join(import.meta.dirname, '..', '..')

const PREAMBLE = `import { receive, uploadSet } from 'decant'
import type { StoredFile } from 'decant'
import { list, uploadForm } from 'decant/form'
import { memoryStorage } from 'decant/memory'
import { z } from 'zod'
const request = new Request('http://localhost')
const photos = uploadSet('photos', { storage: memoryStorage() })
const post = uploadForm({ title: z.string(), cover: photos.one(), gallery: photos.many({ max: 10 }) })
void [receive, list, request, photos, post]
declare const file: StoredFile
void file
export {}
`

/** Programs, and what the compiler has to say. */
const MISTAKES: readonly (readonly [what: string, program: string, code: number, message: string])[] = [
  [
    'a control that is not declared',
    'const { subtitle } = await post.receive(request)',
    2339,
    "Property 'subtitle' does not exist on type '{ title: string; cover: StoredFile; gallery: StoredFile[]; }'.",
  ],
  [
    'several files taken for one',
    'const { gallery } = await post.receive(request)\ngallery.key',
    2551,
    "Property 'key' does not exist on type 'StoredFile[]'.",
  ],
  [
    'a text taken for a number',
    'const { title } = await post.receive(request)\nconst age: number = title',
    2322,
    "Type 'string' is not assignable to type 'number'.",
  ],
  [
    'a file that may be missing',
    'const { logo } = await uploadForm({ logo: photos.optional() }).receive(request)\nlogo.key',
    18048,
    "'logo' is possibly 'undefined'.",
  ],
  [
    'a value before it is known that the form is valid',
    'const result = await post.attempt(request)\nresult.value',
    2339,
    "Property 'value' does not exist on type",
  ],
  ['a set instead of an input of it', 'uploadForm({ cover: photos })', 2322, "'FormMember'"],
  ['a type instead of a schema', 'uploadForm({ title: String })', 2322, "'FormMember'"],
  ['a list of files, which is many()', 'list(photos.one())', 2345, "'FormItem'"],
  ['bounds of one file', 'photos.one({ max: 2 })', 2353, "'max' does not exist in type 'InputPlacement<unknown>'"],
  [
    'an option that does not exist',
    "uploadForm({ title: z.string() }, { unknownParts: 'drop' })",
    2322,
    `Type '"drop"' is not assignable to type '"ignore" | "refuse" | undefined'.`,
  ],
  [
    'a handler of other data',
    'await post.receive(request, (data: { name: string }) => data.name)',
    2769,
    'No overload matches this call.',
  ],
  [
    'keeping without a secret',
    'uploadForm({ title: z.string() }, { keep: {} })',
    2741,
    "Property 'secret' is missing in type '{}'",
  ],
]

const SHOWN: readonly (readonly [name: string, program: string, shown: string])[] = [
  [
    'data',
    'export const data = await post.receive(request)',
    '{ title: string; cover: StoredFile; gallery: StoredFile[]; }',
  ],
  [
    'nested',
    `export const nested = await uploadForm({
       address: { street: z.string(), map: photos.optional() },
       items: list({ name: z.string(), tags: list(z.coerce.number()) }),
     }).receive(request)`,
    '{ address: { street: string; map: StoredFile | undefined; }; items: { name: string; tags: number[]; }[]; }',
  ],
  ['id', 'export const id = await post.receive(request, async () => 7)', 'number'],
]

describe('the compiler', () => {
  let folder = ''
  let said = ''

  beforeAll(() => {
    mkdirSync(join(root, 'node_modules', '.cache'), { recursive: true })
    folder = mkdtempSync(join(root, 'node_modules', '.cache', 'form-types-'))
    MISTAKES.forEach(([, program], index) =>
      writeFileSync(join(folder, `mistake-${index}.ts`), `${PREAMBLE}${program}\n`),
    )
    for (const [name, program] of SHOWN) writeFileSync(join(folder, `shown-${name}.ts`), `${PREAMBLE}${program}\n`)
    // As a user would write them, so without the rules that are about this project's own code.
    const compilerOptions = {
      isolatedDeclarations: false,
      noUnusedLocals: false,
      noEmit: false,
      emitDeclarationOnly: true,
      noErrorTruncation: true,
      allowImportingTsExtensions: true,
      rewriteRelativeImportExtensions: true,
      outDir: join(folder, 'out'),
      rootDir: root,
      paths: { decant: [join(root, 'src', 'index.ts')], 'decant/*': [join(root, 'src', '*.ts')] },
    }
    const config = { extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.ts'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    said = compile(folder)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each(MISTAKES.map(([what, , code, message], index) => ({ what, code, message, index })))(
    'refuses $what, and says why',
    ({ code, message, index }) => {
      const own = said.split(/^(?=\S)/m).find((text) => text.includes(`mistake-${index}.ts(`))
      expect(own).toContain(`error TS${code}: `)
      expect(own).toContain(message)
    },
  )

  test('has nothing else to say', () => {
    const files = said.split(/^(?=\S)/m).map((text) => /([\w-]+)\.ts\(/.exec(text)?.[1])
    expect(new Set(files)).toEqual(new Set(MISTAKES.map((_, index) => `mistake-${index}`)))
  })

  test.each(SHOWN)('shows what is in %s, and no name of ours for it', (name, _, shown) => {
    const path = join(folder, 'out', folder.slice(root.length + 1), `shown-${name}.d.ts`)
    const [, text = ''] = /export declare const \w+: ([\s\S]*?);\n(?:export|$)/.exec(readFileSync(path, 'utf8')) ?? []
    expect(text.replaceAll(/\s+/g, ' ').replaceAll(/import\("[^"]*"\)\./g, '')).toBe(shown)
  })
})

/** The messages of the compiler; '' if all is well. */
function compile(folder: string): string {
  try {
    execFileSync(process.execPath, [join(root, 'node_modules', 'typescript', 'lib', 'tsc.js'), '-p', folder])
    return ''
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error)
  }
}
