import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isTestOnly, parseSourceFile, readSourceFiles, valueImports } from './architecture/source-file.ts'
import { findCycles, findForbiddenImports } from './architecture/violations.ts'
import type { RoomTable } from './architecture/violations.ts'

/**
 * The table of imports. A room is a folder of src/ (or one file, if a single file may import more than its room). Its
 * files may import each other, `errors`, and the names on its line. If two lines fit, the longer name counts.
 */
const ROOMS: RoomTable = {
  errors: { rooms: [] },
  http: { rooms: ['runtime'] },

  // Speed that hangs on V8, and on which runtime this is (docs/v8.md).
  runtime: { rooms: [] },

  // Memory that many holders share: the process has one budget, whichever room holds the bytes.
  budget: { rooms: [] },

  // Descriptors: shared by the disk and the spool.
  file: { rooms: ['runtime'], node: true },

  // Hash functions come in by `#digest` alone, which is JavaScript if there is no node:crypto.
  digest: { rooms: ['http'], packages: ['#digest', 'structured-headers'] },
  'digest/node-hasher.ts': { rooms: ['digest'], node: true },
  'digest/pure-hasher.ts': { rooms: ['digest'], packages: ['@noble/hashes'] },

  // Pure: bytes and names in, bytes and names out.
  multipart: { rooms: ['http'] },
  filename: { rooms: ['http', 'media', 'filename/extension.ts', 'filename/shadow.ts'] },
  // How extensions are compared: by the table of types, too, which names ask whether they are all extension.
  'filename/extension.ts': { rooms: ['filename/shadow.ts'] },
  'filename/shadow.ts': { rooms: [] },
  media: { rooms: ['http', 'filename/extension.ts', 'filename/shadow.ts'], packages: ['file-type', 'mrmime'] },

  // The permissions of clients: hashes come from Web Crypto, which every runtime has.
  access: { rooms: ['http'] },

  // The interface does not know its drivers.
  storage: { rooms: ['http'] },
  // For speed alone: without it every reader asks the storage that it wraps.
  'storage/cache': { rooms: ['storage'] },
  'storage/disk': { rooms: ['storage', 'storage/cache', 'storage/disk/time-index', 'filename', 'file'], node: true },
  // For speed alone: without it a list by time looks at every file.
  'storage/disk/time-index': { rooms: ['storage', 'file'], node: true },
  'storage/memory': { rooms: ['storage', 'filename'] },
  'storage/s3': {
    rooms: ['storage', 'filename', 'media', 'budget', 'file', 'runtime'],
    packages: ['@aws-sdk/client-s3', '@aws-sdk/s3-request-presigner'],
    node: true,
  },

  policy: {
    rooms: ['budget', 'digest', 'filename', 'filename/extension.ts', 'media', 'storage'],
    packages: ['#digest'],
  },

  // Upload sets on disk, as the environment that is passed to it says.
  environment: { rooms: ['policy', 'media', 'storage', 'storage/disk'] },

  // Each check of a file's content that needs a program beside the server.
  'check/clamav': { rooms: ['policy'], node: true },

  // The part of the spool that needs Node comes in by `#spool` alone, which is memory if there are no files.
  receive: {
    rooms: ['receive/spool', 'access', 'budget', 'digest', 'multipart', 'media', 'policy', 'http'],
    packages: ['#spool'],
  },
  'receive/spool': { rooms: ['http'] },
  'receive/spool/file-spool.ts': {
    rooms: ['receive/spool', 'receive/spool/save-file.ts', 'file', 'budget'],
    node: true,
  },
  'receive/spool/save-file.ts': { rooms: ['receive/spool', 'receive/spool/save-sweep.ts', 'file'], node: true },
  'receive/spool/save-sweep.ts': { rooms: ['file'], node: true },

  // Typed forms: fields and files declared once, and stored together.
  form: { rooms: ['access', 'receive', 'policy', 'storage', 'http'], packages: ['@standard-schema/spec'] },

  protocols: { rooms: ['receive', 'digest', 'policy', 'storage', 'http'], packages: ['content-disposition'] },
  serve: { rooms: ['http', 'media', 'filename', 'storage'], packages: ['content-disposition'] },
  handler: {
    rooms: [
      'handler/page',
      'handler/file-answer.ts',
      'handler/route.ts',
      'handler/scope.ts',
      'access',
      'protocols',
      'serve',
      // `formHandler` puts a typed form behind a URL.
      'form',
      'receive',
      'policy',
      'filename',
      'storage',
      'http',
    ],
  },
  // Draws what it is given. The handler decides what a client may see.
  'handler/page': { rooms: ['handler/file-answer.ts', 'handler/route.ts', 'protocols', 'policy', 'http'] },
  'handler/file-answer.ts': { rooms: ['handler/route.ts', 'protocols', 'policy', 'filename', 'storage'] },
  'handler/route.ts': { rooms: ['handler/scope.ts', 'receive', 'policy', 'filename', 'http'] },
  'handler/scope.ts': { rooms: ['filename'] },

  adapters: { rooms: ['handler', 'serve', 'receive', 'storage', 'http', 'runtime'] },
  'adapters/node': { rooms: ['adapters', 'handler', 'serve', 'receive', 'storage', 'http', 'runtime'], node: true },
  'adapters/express': { rooms: ['adapters/node', 'http'], node: true },
  'adapters/fastify': { rooms: ['adapters/node', 'http'], node: true },
  'adapters/koa': { rooms: ['adapters/node', 'http'], node: true },
  'adapters/hono': { rooms: ['adapters', 'http'] },
  // The adapters on top of two platforms are thin over both.
  'adapters/nest': { rooms: ['adapters/node', 'adapters/express', 'adapters/fastify', 'form', 'http'], node: true },
  'adapters/next': { rooms: ['adapters', 'http'] },

  // For browsers. Of other rooms it takes types, and the words for sizes: a test below says so.
  client: { rooms: ['handler/file-answer.ts'] },

  // The ready-made server is a user like any other: it knows the public entries only.
  app: { rooms: ['entries', 'app/page'], packages: ['hono', 'uqr'], node: true },
  'app/page': { rooms: ['entries'], packages: ['hono'] },
  'app/page/client.ts': { rooms: ['entries', 'app/page', 'app/page/client'] },
  'app/page/client': { rooms: ['entries', 'app/page'] },
  // It looks at its start whether the presigner is installed.
  cli: { rooms: ['entries', 'app'], packages: ['uqr', '@aws-sdk/s3-request-presigner'], node: true },

  testing: {
    rooms: [
      'storage',
      'storage/memory',
      'multipart',
      'filename/extension.ts',
      'media',
      'policy',
      'handler',
      'handler/file-answer.ts',
      'http',
    ],
    node: true,
  },

  // The files directly in src/: each is an entry of package.json "exports" and holds re-exports only.
  entries: {
    rooms: [
      'http',
      'multipart',
      'filename',
      'filename/extension.ts',
      'media',
      'storage',
      'storage/disk',
      'storage/memory',
      'storage/s3',
      'policy',
      'environment',
      'check/clamav',
      'access',
      'receive',
      'receive/spool',
      'form',
      'protocols',
      'serve',
      'handler',
      'handler/page',
      'handler/file-answer.ts',
      'handler/scope.ts',
      'adapters',
      'adapters/node',
      'adapters/express',
      'adapters/fastify',
      'adapters/koa',
      'adapters/hono',
      'adapters/next',
      'adapters/nest',
      'client',
      'app',
      'cli',
      'testing',
    ],
  },
}

const src = new URL('../src/', import.meta.url)
const files = readSourceFiles(src)
const entries = files.filter(({ path }) => !path.includes('/'))

describe('the rooms of src/', () => {
  test('import only the files that they may', () => {
    expect(findForbiddenImports(files, ROOMS)).toEqual([])
  })

  test('have no import cycle between files', () => {
    expect(findCycles(files)).toEqual([])
  })

  test('are arranged without a cycle in the table itself', () => {
    const rooms = Object.entries(ROOMS).map(([path, { rooms: imports }]) => ({ path, imports }))
    // app and cli stand on the entries, two of which hand them out.
    const exceptions = new Set(['app', 'app/page', 'cli'])
    expect(findCycles(rooms.filter(({ path }) => !exceptions.has(path)))).toEqual([])
  })
})

test('the client for browsers takes nothing of the server but types, and the words for sizes', () => {
  const room = readdirSync(new URL('client/', src)).filter(
    (name) => name.endsWith('.ts') && !isTestOnly(`client/${name}`),
  )
  const values = room.flatMap((name) =>
    valueImports(`client/${name}`, readFileSync(new URL(`client/${name}`, src), 'utf8')),
  )
  expect(values.filter((path) => !path.startsWith('client/'))).toEqual(['errors/byte-size.ts'])
})

test('the Content-Type of a request and of a part is parsed in one place each', () => {
  const parser = 'http/media-type.ts'
  const importers = files.filter(
    ({ path, imports }) => !entries.some((each) => each.path === path) && imports.includes(parser),
  )
  expect(importers.map(({ path }) => path).toSorted()).toEqual([
    // Of a request, once for each: `ContentType` keeps what it has parsed.
    'http/content-type.ts',
    // A type that the application or a library writes.
    'media/claimed-type.ts',
    'media/real-type.ts',
    // Of a part.
    'multipart/part-head.ts',
  ])
})

describe('the entries', () => {
  test('hold re-exports only; the command just starts', () => {
    const withCode = entries.filter(({ onlyReexports }) => !onlyReexports).map(({ path }) => path)
    expect(withCode.filter((path) => path !== 'cli.ts')).toEqual([])
  })

  test('are the exports and the bin of package.json, no more and no fewer', () => {
    const names = entries.map(({ path }) => path.replace(/\.ts$/, ''))
    const { exports, bin }: { exports: unknown; bin: unknown } = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
    )
    const expected = names
      .filter((name) => name !== 'cli')
      .map((name) => [
        name === 'index' ? '.' : `./${name}`,
        { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` },
      ])

    expect(exports).toEqual({ ...Object.fromEntries(expected), './package.json': './package.json' })
    expect(bin).toEqual({ decant: './dist/cli.js' })
    expect(names).toContain('cli')
  })
})

describe('these rules can fail:', () => {
  const check = (sources: Record<string, string>): string[] =>
    findForbiddenImports(
      Object.entries(sources).map(([path, text]) => parseSourceFile(path, text)),
      ROOMS,
    )

  test.each([
    ['an import', `import { a } from '../policy/a.ts'`],
    ['a type import', `import type { A } from '../policy/a.ts'`],
    ['a re-export', `export * from '../policy/a.ts'`],
    ['a named re-export', `export { a } from '../policy/a.ts'`],
    ['a dynamic import', `const a = await import('../policy/a.ts')`],
    ['an import in a type', `export type A = import('../policy/a.ts').A`],
    ['an import for its effect', `import '../policy/a.ts'`],
  ])('%s of a room further on is found', (_, text) => {
    expect(check({ 'storage/storage.ts': text })).toEqual(['storage/storage.ts may not import policy/a.ts'])
  })

  test.each([
    ['a driver in the interface', 'storage/storage.ts', './disk/disk-storage.ts', 'storage/disk/disk-storage.ts'],
    ['one driver in another', 'storage/memory/a.ts', '../disk/b.ts', 'storage/disk/b.ts'],
    ['a public entry inside the house', 'handler/a.ts', '../index.ts', 'index.ts'],
    ['a private room in the app', 'app/server.ts', '../storage/disk/a.ts', 'storage/disk/a.ts'],
    ['Node in the core', 'receive/receive.ts', 'node:fs', 'node:fs'],
    ['Node in the spool for runtimes without it', 'receive/spool/memory-spool.ts', 'node:fs', 'node:fs'],
    ['the files of Node past the switch', 'receive/a.ts', './spool/file-spool.ts', 'receive/spool/file-spool.ts'],
    ['Node in the digest for runtimes without it', 'digest/pure-hasher.ts', 'node:crypto', 'node:crypto'],
    ['the digest of Node past the switch', 'policy/a.ts', '../digest/node-hasher.ts', 'digest/node-hasher.ts'],
    [
      'the hash functions of JavaScript past the switch',
      'digest/a.ts',
      '@noble/hashes/sha2.js',
      '@noble/hashes/sha2.js',
    ],
    ['Node in the page of the browser', 'app/page/client/a.ts', 'node:fs', 'node:fs'],
    ['a package that the room has no need of', 'multipart/decoder.ts', 'mrmime', 'mrmime'],
    ['a package whose name only begins alike', 'media/a.ts', 'mrmimes', 'mrmimes'],
    ['a file outside of src/', 'http/a.ts', '../../bench/a.ts', '../bench/a.ts'],
    ['a test helper in what is shipped', 'multipart/decoder.ts', './testing/a.ts', 'multipart/testing/a.ts'],
    ['a room that is not in the table', 'multipart/decoder.ts', '../nowhere/a.ts', 'nowhere/a.ts'],
  ])('%s is found', (_, path, specifier, target) => {
    expect(check({ [path]: `import { a } from '${specifier}'` })).toEqual([`${path} may not import ${target}`])
  })

  test('a file in no room is found', () => {
    expect(check({ 'utils/a.ts': '' })).toEqual(['utils/a.ts is in no room of the table'])
  })

  test('an allowed import is left alone', () => {
    const sources = {
      'receive/receive.ts': `import { spool } from '#spool'; import type { Incoming } from '../http/incoming.ts'`,
      'receive/spool/file-spool.ts': `import { open } from 'node:fs/promises'; import { UploadError } from '../../errors/upload-error.ts'`,
      'app/page/page.tsx': `import { html } from 'hono/html'`,
      'index.ts': `export { receive } from './receive/receive.ts'`,
    }
    expect(check(sources)).toEqual([])
  })

  test('an import of a value is told from one of a type', () => {
    const text = `import { a } from './a.ts'; import type { B } from './b.ts'; export { c } from './c.ts'; export type { D } from './d.ts'`
    expect(valueImports('client/x.ts', text)).toEqual(['client/a.ts', 'client/c.ts'])
  })

  test('an import that cannot be read is refused', () => {
    expect(() => parseSourceFile('http/a.ts', 'await import(name)')).toThrow('http/a.ts')
    expect(() => parseSourceFile('http/a.ts', 'import {')).toThrow('http/a.ts')
  })

  test('a cycle of one, two or three files is found', () => {
    const cycles = (edges: Record<string, string[]>): string[] =>
      findCycles(Object.entries(edges).map(([path, imports]) => ({ path, imports })))

    expect(cycles({ a: ['b'], b: ['a'] })).toEqual(['a -> b -> a'])
    expect(cycles({ start: ['a'], a: ['b'], b: ['c'], c: ['a'] })).toEqual(['a -> b -> c -> a'])
    expect(cycles({ a: ['a'] })).toEqual(['a -> a'])
    expect(cycles({ a: ['b', 'c'], b: ['d'], c: ['d'], d: ['node:fs'] })).toEqual([])
  })

  test.each([
    [`export { a } from './a.ts'`, true],
    [`export type { A } from './a.ts'`, true],
    [`export * from './a.ts'`, true],
    [`export const a = 1`, false],
    [`import './a.ts'`, false],
    [`const a = 1; export { a }`, false],
  ])('of an entry, `%s` is a re-export: %s', (text, expected) => {
    expect(parseSourceFile('index.ts', text).onlyReexports).toBe(expected)
  })
})
