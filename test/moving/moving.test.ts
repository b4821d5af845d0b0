import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diskStorage } from '../../src/disk.ts'
import { ALL, uploadSet } from '../../src/index.ts'
import type { FilePart, FieldPart } from '../../src/multipart.ts'
import { installNodes, NODE_VERSIONS } from '../guides/node-versions.ts'
import type { InstalledNodes } from '../guides/node-versions.ts'
import { INSTALL_MS, npm } from '../npm.ts'
import { guideServer } from './guide-server.ts'
import type { GuideServer } from './guide-server.ts'

// The programs of each guide are taken from its page and sent the same requests. The results are those in the page's
// table.

const root = join(import.meta.dirname, '..', '..')
const PACKAGES = [
  'express@5.3.0',
  'multer@2.5.0',
  'busboy@1.6.0',
  'formidable@3.5.4',
  'fastify@5.12.8',
  '@fastify/multipart@10.1.9',
]
const GUIDES: Readonly<Record<string, readonly string[]>> = {
  multer: ['before', 'after'],
  busboy: ['before', 'after'],
  formidable: ['before', 'after'],
  'fastify-multipart': ['before', 'after'],
  // Flask-Uploads is not installed here: its "before" is shown, and not run.
  'flask-uploads': ['after'],
}

const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(400_000)])
const photo = (content: Uint8Array = png, filename = 'cat.png'): FilePart => ({
  name: 'photo',
  filename,
  contentType: 'image/png',
  content,
})
const title: FieldPart = { name: 'title', value: 'Cats' }

/** The requests, by the guides' words for them. */
const REQUESTS: Readonly<Record<string, (server: GuideServer) => Promise<string>>> = {
  'a photo, then a title': (server) => server.send([photo(), title]),
  'two photos': (server) => server.send([photo(), photo(png, 'dog.png'), title]),
  'a photo over the limit': (server) => server.send([photo(Buffer.concat([png, Buffer.alloc(3_000_000)])), title]),
  'a page, `page.html`': (server) => server.send([photo(Buffer.from('<script>1</script>'), 'page.html')]),
  'a page, `page.png`': (server) => server.send([photo(Buffer.from('<script>1</script>'), 'page.png')]),
  'a form without its end': (server) => server.send([photo(), title], 'cut'),
  'half a form, and the client goes': (server) => server.send([photo(), title], 'gone'),
  '20 of one name at once': async (server) => {
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => await server.send([photo(), title])))
    return [...new Set(statuses)].join(' and ')
  },
}

const ENDS = ', the process ends'
const installed = await mkdtemp(join(tmpdir(), 'decant-moving-'))
let nodes: InstalledNodes

beforeAll(async () => {
  await writeFile(join(installed, 'package.json'), '{ "private": true }')
  await npm(installed, 'install', '--no-audit', '--no-fund', '--save-exact', ...PACKAGES)
  await symlink(root, join(installed, 'node_modules', 'decant'), 'dir')
  nodes = await installNodes()
}, INSTALL_MS)

afterAll(async () => {
  await nodes[Symbol.asyncDispose]()
  await rm(installed, { recursive: true, force: true })
})

describe.each(Object.entries(GUIDES))('the guide from %s', (guide, sides) => {
  test.each(sides.flatMap((side) => NODE_VERSIONS.map((version) => [side, version] as const)))(
    'tells the truth about its "%s" on %s',
    async (side, version) => {
      const page = await readFile(join(root, 'docs', 'moving', `from-${guide}.md`), 'utf8')
      const [, program = ''] = new RegExp(`^\`\`\`js\\n(// ${side}\\n.*?)^\`\`\`$`, 'ms').exec(page) ?? []
      expect(program).not.toBe('')
      const said = outcomes(page, side)
      expect([...said.keys()]).toEqual(Object.keys(REQUESTS))
      for (const [name, run] of Object.entries(REQUESTS)) {
        const folder = join(installed, `${guide}-${side}-${version}`, String(Object.keys(REQUESTS).indexOf(name)))
        await mkdir(folder, { recursive: true })
        await using server = await guideServer(folder, program, { node: join(nodes.folderOf(version), 'node') })
        const status = await run(server)
        const outcome = said.get(name) ?? ''
        if (outcome.endsWith(ENDS)) await server.ended
        const observe = async (): Promise<string> =>
          `${status}, ${(await server.stored()).length} stored${server.isRunning() ? '' : ENDS}`
        await expect.poll(observe, { timeout: 10_000, message: name }).toBe(outcome)
        // The files of either of them are stored files to a set on the same folder.
        if (status === '200') expect(await listed(join(folder, 'uploads'))).toEqual((await server.stored()).toSorted())
        // After any of them, the next form is received, except by a program that has ended.
        if (!outcome.endsWith(ENDS)) expect(await server.send([photo(), title]), `after ${name}`).toBe('200')
      }
    },
    120_000,
  )
})

/** The keys of the files that a set on `folder` gives back. */
async function listed(folder: string): Promise<string[]> {
  const files = uploadSet('files', { storage: diskStorage(folder), extensions: ALL })
  const keys: string[] = []
  for (const { key } of (await files.list()).files) {
    const opened = await files.open(key)
    if (opened !== undefined) keys.push(opened.file.key)
    await opened?.close()
  }
  return keys.toSorted()
}

/** The cells of the table whose first column is what is sent. */
function outcomes(page: string, side: string): Map<string, string> {
  const rows = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  return new Map(
    rows.flatMap(([, name = '', ...cells]) =>
      name in REQUESTS ? [[name, cells[side === 'before' && cells.length > 2 ? 0 : cells.length - 2] ?? '']] : [],
    ),
  )
}
